// Package main prints one line per shape.
package /* a
comment */ main // import "elsewhere"

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
)

var out []string

func say(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }

var initialised = func() int { return 41 }() + one(func() int { return 1 })

var table = map[string]func(int) int{
	"{": func(n int) int { return n + 1 }, `}`: func(n int) int { return n * 2 },
}

var nested = []func() func() string{func() func() string { return func() string { return "nested" } }, nil}

func one(f func() int) int { return f() }

func init() { say("init %d", initialised) }
func init() { say("second init") }

type server struct{ name string }

func (s *server) Start() string   { return s.name + "!" }
func (s server) Stop() (r string) { defer func() { r += "?" }(); return s.name }
func (server) unnamed() struct{}  { return struct{}{} }
func (*server) any() interface{}  { return nil }

func empty()   {}
func empty2()  {;}
func result() (a, b struct{}) { return }
func returnsFunc() func(func()) func() { return func(f func()) func() { return f } }

func _() { go empty() }

//go:nosplit
func nosplit(n int) int { return n + 1 }

//go:noinline
//go:nosplit
func nosplit2(f func()) { f() }

//go:noinline
func recovers() (text string) {
	defer func() {
		if r := recover(); r != nil { text = fmt.Sprint("recovered ", r) }
	}()
	panic("p")
}

func lines() string {
	_, _, a, _ := lineOf(); _, _, b, _ := lineOf()
	return fmt.Sprint(a, b)
}

func lineOf() (uintptr, string, int, bool) { pc, file, line, ok := runtime.Caller(1); return pc, file, line, ok }

func main() {
	say("%s %d %d %s", (&server{"s"}).Start(), table["{"](1), table["}"](4), nested[0]()())
	say("%s %v %v", server{"t"}.Stop(), server{}.unnamed(), (*server).any(nil))
	empty(); empty2(); result(); returnsFunc()(empty)()
	nosplit2(func() { say("in nosplit %d", nosplit(1)) })
	say("%s %s", recovers(), lines())
	for _, f := range []func(){statements, spawns, generics, crlf, bom, noeol, directives, größe} { f() }
	if len(os.Args) > 1 { panic(strings.Join(out, "\n")) }
	fmt.Println(strings.Join(out, "\n"))
}

// statements puts literals where statements hold expressions.
func statements() {
	if func() bool { return true }() { say("if") } else if x := func() int { return 1 }(); x > 0 { say("else") }
	for i := func() int { return 0 }(); i < func() int { return 2 }(); i += func() int { return 1 }() { say("for %d", i) }
	switch f := func() int { return 3 }; f() {
	case func() int { return 3 }(): say("case"); fallthrough
	case 4: say("fallthrough")
	default: say("no")
	}
	switch v := any(func() string { return "type switch" }).(type) { case func() string: say(v()); case nil: }
	goto L
L:
	for range [1]struct{ f func() }{{f: func() {}}} { continue L }
	{ func() { say("block") }() }
	func(wg *sync.WaitGroup) { wg.Wait() }(&sync.WaitGroup{})
}
