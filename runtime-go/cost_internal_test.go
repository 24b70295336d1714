package rt

// The measurement of the hooks' cost (cost.go), seen from inside the package.

import "testing"

// TestMeasurerDoesNotWait checks that the measuring goroutine does not wait for
// itself when one of its hooks takes the slow path, as happens if its thread was
// interrupted for long. Others wait.
func TestMeasurerDoesNotWait(t *testing.T) {
	if !haveG {
		t.Skip("no g pointer")
	}
	if load32(&rec.state) != stateNew {
		t.Skip("these tests are traced")
	}
	g, _ := gticks()
	rec.measurer = uintptr(g)
	store32(&rec.state, stateStarting)
	costTraced()
	done := make(chan bool)
	go func() {
		costTraced()
		close(done)
	}()
	costTraced()
	select {
	case <-done:
		t.Error("another goroutine's hook did not wait for the start")
	default:
	}
	rec.measurer = 0
	store32(&rec.state, stateOff)
	<-done
	store32(&rec.state, stateNew)
}
