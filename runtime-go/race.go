//go:build race
// +build race

package rt

// Defined in package sys: raceOff makes the race detector ignore this
// goroutine's synchronisation until raceOn.

func raceOff()
func raceOn()
