//go:build race
// +build race

package rt_test

// Whether the tests run under the race detector.

const raceEnabled = true

// goroutines is how many the tests of memory start: few, since the detector is slow
// with them, and memory is compared without it.
const goroutines = deepest / 10
