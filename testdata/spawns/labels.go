package main

import (
	"bytes"
	"runtime/pprof"
	"strings"
)

// carries says whether the calling goroutine carries a label. Other goroutines that may are not looked at: one that is
// done keeps its labels for a while.
func carries(label string) bool {
	answer := make(chan bool)
	go observe("main.carries", label, answer)
	return <-answer
}

// observe looks for a label on the goroutine that is in a function, as the goroutine profile shows it. The profile of
// Go 1.21 lacks the labels of the goroutine that asks for it, so another one has to.
func observe(function, label string, answer chan<- bool) {
	var b bytes.Buffer
	pprof.Lookup("goroutine").WriteTo(&b, 1)
	for _, record := range strings.Split(b.String(), "\n\n") {
		if strings.Contains(record, function) {
			answer <- strings.Contains(record, `"`+label+`"`)
			return
		}
	}
	panic("the profile lacks " + function)
}
