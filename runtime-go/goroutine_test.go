package rt

// How goroutines are identified: the table of offsets, and the search that
// replaces it.

import "testing"

// TestCalibrate checks that the search finds the offsets in the table of releases.
func TestCalibrate(t *testing.T) {
	if !haveG || forcePortable {
		t.Skip("no g pointer")
	}
	old := rec
	defer func() { rec = old }()
	initGoroutines()
	goid, parent, link := rec.goidOff, rec.parentOff, rec.linkOff
	if rec.portable || link == 0 || rec.labelWords == 0 {
		t.Fatalf("this release of Go is not understood: %+v", rec)
	}
	rec.goidOff, rec.parentOff = 0, 0
	if !calibrate() || rec.goidOff != goid || rec.parentOff != parent {
		t.Errorf("found %d and %d, the table says %d and %d", rec.goidOff, rec.parentOff, goid, parent)
	}
	g, _ := gticks()
	for wrong := uintptr(8); wrong < 56; wrong += 8 {
		if wrong != link && linkWorks(g, wrong) {
			t.Errorf("link at %d seems to work too", wrong)
		}
	}
}

func TestParse(t *testing.T) {
	for version, minor := range map[string]uint{"go1.26.8": 26, "go1.21": 21, "go1.27rc1": 27, "devel go1.27-abc": 0, "go2": 0} {
		if got := goMinor(version); got != minor {
			t.Errorf("goMinor(%q) = %d", version, got)
		}
	}
	trace := "goroutine 35 [running]:\nmain.f()\n\t/x/ in goroutine 9.go:1 +0x1\ncreated by main.g in goroutine 17\n\t/x/y.go:3 +0x2\n"
	if got := parentIn([]byte(trace)); got != 17 {
		t.Errorf("parentIn = %d", got)
	}
	if got := parentIn([]byte("goroutine 1 [running]:\nmain.main()\n\t/x.go:1\n")); got != 0 {
		t.Errorf("parentIn of main = %d", got)
	}
	if got := leadingNumber([]byte("goroutine 35 ["), 10); got != 35 {
		t.Errorf("leadingNumber = %d", got)
	}
}
