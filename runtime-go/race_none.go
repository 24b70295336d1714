//go:build !race
// +build !race

package rt

// Without the race detector there is nothing to turn off.
func raceOff() {}
func raceOn()  {}
