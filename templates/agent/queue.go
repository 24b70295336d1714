package traceagent

// gotrace:begin queue

import (
	"io"
	"sync"
	"time"
)

// queue stands between the runtime's tracer and a client. The runtime keeps, without a
// limit, what its writer has not taken, and the flight recorder stands still meanwhile.
// So Write waits for room only as long as patience lasts, which is for all its calls
// together. Then it drops the data and all that follow, and closes over.
type queue struct {
	over   chan struct{} // closed: something was dropped
	gone   chan struct{} // closed: pump has returned
	filled chan []byte
	free   chan []byte // chunks to use again; nil for one that was never used

	mu       sync.Mutex
	patience time.Duration
	dropped  bool
	closed   bool
}

func newQueue(chunks int, patience time.Duration) *queue {
	q := &queue{
		over:     make(chan struct{}),
		gone:     make(chan struct{}),
		filled:   make(chan []byte, chunks),
		free:     make(chan []byte, chunks),
		patience: patience,
	}
	for i := 0; i < chunks; i++ {
		q.free <- nil
	}
	return q
}

// Write implements io.Writer. It reports no error: trace.Start would ignore it.
func (q *queue) Write(p []byte) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for rest := p; len(rest) > 0 && !q.dropped && !q.closed; {
		n := len(rest)
		if n > chunkBytes {
			n = chunkBytes
		}
		chunk, ok := q.room()
		if !ok {
			q.dropped = true
			close(q.over)
			break
		}
		q.filled <- append(chunk[:0], rest[:n]...) // does not wait: it has a place for each chunk
		rest = rest[n:]
	}
	return len(p), nil
}

// room returns a free chunk, for which it may wait.
func (q *queue) room() ([]byte, bool) {
	select {
	case chunk := <-q.free:
		return chunk, true
	default:
	}
	began := time.Now()
	timer := time.NewTimer(q.patience)
	defer timer.Stop()
	select {
	case chunk := <-q.free:
		q.patience -= time.Since(began)
		return chunk, true
	case <-timer.C:
	case <-q.gone:
	}
	return nil, false
}

// pump writes to w what comes, until close or an error of w.
func (q *queue) pump(w io.Writer) {
	defer close(q.gone)
	for chunk := range q.filled {
		if _, err := w.Write(chunk); err != nil {
			return
		}
		q.free <- chunk
	}
}

// close ends pump once it has written what is left.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.filled)
	}
}

// complete reports whether nothing was dropped.
func (q *queue) complete() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.dropped
}

// gotrace:end queue
