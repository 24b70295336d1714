//go:build !race
// +build !race

package rt

func raceOff() {}
func raceOn()  {}
