package aaa

import (
	"runtime"

	"sweep/initialisation/reg"
)

var _ = add("aaa")

func add(s string) bool { reg.Add(s + runtime.GOOS[:0]); return true }
