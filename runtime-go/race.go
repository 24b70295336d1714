//go:build race
// +build race

package rt

// In package sys.
func raceOff()
func raceOn()
