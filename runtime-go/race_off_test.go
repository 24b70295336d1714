//go:build !race
// +build !race

package rt_test

// Whether the tests run under the race detector.

const raceEnabled = false

// goroutines is how many the tests of memory start.
const goroutines = deepest
