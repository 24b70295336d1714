package main

import (
	"fmt"
	"runtime"
	"strings"
)

// Log libraries skip a fixed number of frames (go.dev/issue/29007, 73747).
func caller(skip int) string {
	var pcs [1]uintptr
	if runtime.Callers(skip+2, pcs[:]) == 0 {
		return "none"
	}
	frame, _ := runtime.CallersFrames(pcs[:]).Next()
	return fmt.Sprintf("%s:%d", frame.Function[strings.LastIndex(frame.Function, ".")+1:], frame.Line)
}

func info() string  { return warn() }
func warn() string  { return caller(1) + " " + caller(2) }
func outer() string { return info() }

type logger struct{ prefix string }

func (l logger) print() string   { return l.prefix + caller(1) }
func (l *logger) printp() string { return l.prefix + caller(1) }

type wrapped struct{ *logger }

func main() {
	fmt.Println(outer(), info())
	w := wrapped{&logger{"p "}}
	fmt.Println(w.print(), w.printp())
	f, g := w.print, (*logger).printp
	fmt.Println(f(), g(w.logger))
	defer func() { fmt.Println(caller(0), recover() != nil) }()
	var none *logger
	_ = none.print()
}
