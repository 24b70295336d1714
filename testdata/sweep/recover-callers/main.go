package main

import "fmt"

// recover that works because a deferred call with arguments was inlined: Go 1.22 to 1.25 (go.dev/issue/73916, 73920).
type S struct{}

func (s *S) rec() { recover() }
func deep()       { recover() }
func mid()        { deep() }
func withIf() {
	if r := recover(); r != nil {
		fmt.Println("recovered", r)
	}
}
func F(int)                { deep() }
func G(int)                { mid() }
func N()                   { deep() }
func (s *S) M(int)         { s.rec() }
func (s *S) Two(a, b int)  { s.M(a + b) }
func W(int) (n int)        { withIf(); return 1 }
func generic[T any](v T)   { deep() }

func try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Println(name, "lost", r)
		}
	}()
	f()
	fmt.Println(name, "kept")
}

func main() {
	try("F", func() { defer F(1); panic(1) })
	try("literal", func() { defer func(int) { deep() }(1); panic(1) })
	try("closure", func() { defer func() { deep() }(); panic(1) })
	try("chain", func() { defer G(1); panic(1) })
	try("no argument", func() { defer N(); panic(1) })
	try("method", func() { s := &S{}; defer s.M(1); panic(1) })
	try("methods", func() { s := &S{}; defer s.Two(1, 2); panic(1) })
	try("method itself", func() { s := &S{}; defer s.rec(); panic(1) })
	try("result", func() { defer W(1); panic(1) })
	try("generic", func() { defer generic(1); panic(1) })
	try("value", func() { f := F; defer f(1); panic(1) })
}
