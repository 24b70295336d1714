package rt_test

import (
	"strings"
	"testing"
	"time"
)

// raced is written by two goroutines with nothing but hooks between the writes.
var raced int

var _ = scenario("racy", func() {
	for i := 0; i < 2; i++ {
		go func() {
			for j := 0; j < 1000; j++ {
				leaf()
				down(3)
				if j == 500 {
					raced++
				}
			}
		}()
	}
	time.Sleep(200 * time.Millisecond)
})

// TestHidesNoRace checks that the race detector finds the race: the hooks must not
// look like synchronisation. They must not be reported as races themselves either;
// all other tests fail if they are.
func TestHidesNoRace(t *testing.T) {
	if !raceEnabled || portable {
		t.Skip("needs -race and speed")
	}
	r := runs(t, "racy")
	if r.code != 66 || strings.Count(r.errs, "WARNING: DATA RACE") != 1 || strings.Contains(r.errs, "rt.enter") {
		t.Errorf("code %d\n%s", r.code, r.errs)
	}
}
