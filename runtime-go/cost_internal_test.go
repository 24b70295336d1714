package rt

import "testing"

// TestMeasurerDoesNotWait: a hook of the goroutine that measures may come to
// the slow path, when its thread was interrupted for long; it must not wait
// for itself. Others wait.
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
