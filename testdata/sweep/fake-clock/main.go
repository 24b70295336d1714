package main

import (
	"fmt"
	"time"
)

type job func()
type clock struct{ n int }

func (c clock) AfterFunc(ms int, f any) { fmt.Printf("%d %T\n", c.n, f) }

type T struct{ time clock }

func param(time clock)                        { time.AfterFunc(1, job(func() {})) }
func result() (time clock)                    { time.AfterFunc(2, job(func() {})); return }
func local()                                  { time := clock{3}; time.AfterFunc(3, job(func() {})) }
func (time clock) receiver()                  { time.AfterFunc(4, job(func() {})) }
func generic[P interface{ AfterFunc(int, any) }](time P) { time.AfterFunc(5, job(func() {})) }
func ranged() {
	for _, time := range []clock{{6}} {
		time.AfterFunc(6, job(func() {}))
	}
}
func real() {
	done := make(chan bool)
	t := T{time: clock{7}}
	t.time.AfterFunc(7, job(func() {}))
	time.AfterFunc(time.Millisecond, func() { close(done) })
	<-done
}

func main() { param(clock{1}); result(); local(); clock{4}.receiver(); generic(clock{5}); ranged(); real() }
