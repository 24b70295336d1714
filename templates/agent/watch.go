package traceagent

// gotrace:begin watch

import (
	"context"
	"math"
)

// Watch adds a number of yours to those that the sentinel watches: the length of a queue,
// the age of a cache. The sentinel calls read every few seconds from a goroutine of its
// own, one call at a time; NaN means that there is no reading. A panic counts as no
// reading, and while a call does not return, the number is left out; both are logged
// once. A second number of the same name replaces the first.
func (a *Agent) Watch(name string, read func() float64, above float64) {
	if a == nil {
		return
	}
	a.sentinel.watch(&watched{number: number{name: name, above: above}, read: read})
	a.sentinel.start(a.spawn)
}

// watched is a number of the user's.
type watched struct {
	number
	read func() float64

	answer     chan answer // of the call under way; nil if there is none
	complained bool
}

// answer is what a call of the user's function came to.
type answer struct {
	value  float64
	failed any // what it panicked with; nil if it did not
}

func (s *sentinel) watch(w *watched) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, old := range s.watched {
		if old.name == w.name {
			s.watched[i] = w
			return
		}
	}
	s.watched = append(s.watched, w)
}

// readWatched calls the user's functions, all at once, and passes their values on. It
// waits for them until the deadline.
func (s *sentinel) readWatched(ctx context.Context, note func(n *number, value float64)) {
	s.mu.Lock()
	list := append([]*watched(nil), s.watched...)
	s.mu.Unlock()
	if len(list) == 0 {
		return
	}
	ctx, cancel := s.deadline(ctx)
	defer cancel()
	for _, w := range list {
		w.ask()
	}
	for _, w := range list {
		select {
		case got := <-w.answer:
			w.answer = nil
			if got.failed != nil {
				s.complain(w, "panicked", "panic", got.failed)
			}
			note(&w.number, got.value)
		case <-ctx.Done():
			s.complain(w, "did not return in time", "patience", watchPatience)
		}
	}
}

// ask calls the user's function in a goroutine, unless the last call has not returned.
func (w *watched) ask() {
	if w.answer != nil {
		return
	}
	reply := make(chan answer, 1)
	w.answer = reply
	go func() {
		got := answer{value: math.NaN()}
		defer func() {
			got.failed = recover()
			reply <- got
		}()
		got.value = w.read()
	}()
}

// complain logs once that the number has no reading.
func (s *sentinel) complain(w *watched, what string, args ...any) {
	if w.complained {
		return
	}
	w.complained = true
	s.log.Warn("traceagent: sentinel: the function of "+w.name+" "+what+"; there is no reading while it does so", args...)
}

// gotrace:end watch
