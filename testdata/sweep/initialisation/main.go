package main

import (
	"fmt"

	_ "sweep/initialisation/aaa"
	"sweep/initialisation/reg"
	_ "sweep/initialisation/zzz"
)

var first = note("first, after " + second)
var second = note("second")
var _, third = pair()

func pair() (int, string) { return len(third0), note("third") }

var third0 = note("third0")

func note(s string) string { reg.Add(s); return s }

func init() { note("init 1") }
func init() { func() { note("init 2") }() }

func main() { fmt.Println(first, third); fmt.Println(reg.Names) }
