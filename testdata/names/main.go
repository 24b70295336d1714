// Names has functions of all shapes. Each notes the name that the Go runtime has for it; the trace must have the same.
package main

import (
	"fmt"
	"runtime"
	"sort"
	"sync"

	v2 "names/v2/sub.pkg"
)

var (
	mu    sync.Mutex
	noted = map[string]bool{}
)

func note(name string) int {
	mu.Lock()
	defer mu.Unlock()
	noted[name] = true
	return 0
}

func here() string {
	pcs := make([]uintptr, 1)
	runtime.Callers(2, pcs)
	// A return address may belong to the next line, not to the next function.
	return runtime.FuncForPC(pcs[0] - 1).Name()
}

var global = func() int { return note(here()) }()

var table = map[string]func() int{
	"a": func() int { return note(here()) },
	"b": func() int { return func() int { return note(here()) }() + note(here()) },
}

var _, _ = func() (int, int) { return note(here()), 0 }()

func init() { note(here()) }

func init() {
	note(here())
	func() { note(here()) }()
}

type Server struct{ inner }

func (s *Server) Start()    { note(here()) }
func (s Server) Value()     { note(here()); defer func() { note(here()) }() }
func (_ *Server) Blank()    { note(here()) }
func (*Server) NoName()     { note(here()) }
func (s *Server) Closures() { note(here()); func() { func() { note(here()) }(); note(here()) }() }

type inner struct{}

func (inner) Promoted() { note(here()) }

type Number interface{ ~int | ~float64 }

func Map[T, U any](items []T, f func(T) U) []U {
	note(here())
	var out []U
	for _, item := range items {
		out = append(out, f(item))
	}
	func() { note(here()) }()
	return out
}

type List[T any] struct{ items []T }

func (l *List[T]) Push(item T) { note(here()); l.items = append(l.items, item) }
func (l List[T]) Each(f func(T)) {
	note(here())
	for _, item := range l.items {
		f(item)
	}
	defer func() { note(here()) }()
}

type Pair[K comparable, V any] struct {
	key K
	val V
}

func (p Pair[K, V]) Key() K { note(here()); return p.key }

func Sum[T Number](a, b T) T { note(here()); return a + b }

func recursive(n int) {
	note(here())
	if n > 0 {
		recursive(n - 1)
	}
}

func returnsFunc() func() {
	note(here())
	return func() { note(here()) }
}

func größe() { note(here()) }

func main() {
	note(here())
	table["a"]()
	table["b"]()
	s := &Server{}
	s.Start()
	s.Value()
	s.Blank()
	s.NoName()
	s.Closures()
	s.Promoted()
	start := s.Start
	start()
	(*Server).Start(s)
	var starter interface{ Start() } = s
	starter.Start()
	Map([]int{1}, func(i int) string { note(here()); return "" })
	Map([]string{"a"}, func(s string) []int { note(here()); return nil })
	l := &List[Pair[string, int]]{}
	l.Push(Pair[string, int]{"a", 1})
	l.Each(func(p Pair[string, int]) { note(here()); p.Key() })
	(&List[int]{}).Push(1)
	Sum(1, 2)
	Sum(1.5, 2)
	recursive(2)
	returnsFunc()()
	größe()
	v2.Exported(func() { note(here()) })
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		note(here())
		func() { note(here()) }()
	}()
	wg.Wait()
	for i := 0; i < 2; i++ {
		func(i int) { note(here()); func() { note(here()) }() }(i)
	}
	defer func() {
		note(here())
		recover()
		var names []string
		for name := range noted {
			names = append(names, name)
		}
		for _, name := range v2.Noted {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Println(name)
		}
	}()
	panic("unwind")
}
