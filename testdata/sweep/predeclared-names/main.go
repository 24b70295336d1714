package main

import "fmt"

type runtime struct{}
type uint64 string
type uintptr bool
type byte []uint
type uint32 struct{}
type int64 func()
type bool float64

const true = false
const nil = 0

var len, cap, any, append, panic, recover, make, new = 1, 2, 3, 4, 5, 6, 7, 8

type Site int

func Enter(x Site) Site { return x }
func Exit(Site)         {}
func Spawn()            { fmt.Println("own Spawn") }
func Spawned()          {}
func main() {
	type error string
	var __gotrac_main = 3
	var gotrace = 4
	Spawn()
	func() {
		iota := 3
		fmt.Println(iota, true, nil, len, any, __gotrac_main, gotrace)
		go Spawned()
	}()
	func(print, println, uint, float64, copy, close, defer_ runtime) {
		go func() {}()
	}(runtime{}, runtime{}, runtime{}, runtime{}, runtime{}, runtime{}, runtime{})
	defer Exit(Enter(1))
	fmt.Println(Enter(Site(2)))
	_, _, _, _, _ = cap, append, panic, recover, make
}
