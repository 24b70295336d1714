//go:build race
// +build race

package sys

import (
	"runtime"
	_ "unsafe"
)

// raceOff makes the race detector ignore the synchronisation of this goroutine
// until raceOn.
//
//go:linkname raceOff gotrace.internal/rt.raceOff
func raceOff() { runtime.RaceDisable() }

//go:linkname raceOn gotrace.internal/rt.raceOn
func raceOn() { runtime.RaceEnable() }
