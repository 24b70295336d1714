package main

import "time"

func main() {
	go println(1)
	time.Sleep(50 * time.Millisecond)
	var f func()
	go f()
	select {}
}
