// Package store has the lowest functions, and decides where a walk goes.
package store

// Walk is a walk through functions that call one another.
type Walk struct {
	Seed  uint32
	Left  int
	depth int
	sum   int
}

// Next says which of n functions to call, or -1 to return.
func (w *Walk) Next(n int) int {
	w.Seed ^= w.Seed << 13
	w.Seed ^= w.Seed >> 17
	w.Seed ^= w.Seed << 5
	if w.Left <= 0 || w.depth > 40 || w.Seed>>8%100 < 38 {
		return -1
	}
	return int(w.Seed>>16) % n
}

// Go calls one function after the other until the walk has enough.
func (w *Walk) Go(steps ...func(*Walk)) {
	w.depth++
	for i := 0; i < 4; i++ {
		next := w.Next(len(steps))
		if next < 0 {
			break
		}
		w.Left--
		steps[next](w)
	}
	w.depth--
}

// Flush writes.
func (w *Walk) Flush() {
	for i := 0; i < 2000; i++ {
		w.sum += i * i
	}
}

// Get reads a page.
func Get(w *Walk) { w.Go(load, check[int]) }

// Scan reads many.
func Scan(w *Walk) { w.Go(Get, load, check[string]) }

func load(w *Walk) { w.sum += w.depth }

func check[T any](w *Walk) { w.sum++ }
