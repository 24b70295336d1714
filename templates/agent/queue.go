package traceagent

// gotrace:begin queue

import (
	"io"
	"runtime/metrics"
	"sync"
	"time"
)

const queueTick = 20 * time.Millisecond // between two looks at the memory

// queue stands between the runtime's tracer and a client. What its writer has not taken
// yet the runtime keeps, without a limit, and the flight recorder stands still meanwhile.
// So Write waits for room, but not for ever: once the process has more memory than most,
// beside its heap and stacks, only for patience in all. Then it drops the data and all
// that follow, and closes over.
type queue struct {
	over   chan struct{} // closed: something was dropped
	gone   chan struct{} // closed: nobody takes anything any more
	left   sync.Once
	filled chan []byte
	free   chan []byte // chunks to use again; nil for one that was never used
	most   uint64      // of otherMemory

	mu       sync.Mutex
	patience time.Duration
	dropped  bool
	closed   bool
}

func newQueue(chunks int, most uint64, patience time.Duration) *queue {
	q := &queue{
		over:     make(chan struct{}),
		gone:     make(chan struct{}),
		filled:   make(chan []byte, chunks),
		free:     make(chan []byte, chunks),
		most:     most,
		patience: patience,
	}
	for i := 0; i < chunks; i++ {
		q.free <- nil
	}
	return q
}

// otherMemory returns the bytes that the runtime has for its own purposes; 0 if that is
// unknown. Of what changes in it, the buffers of the tracer are by far the most.
func otherMemory() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/other:bytes"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
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
	ticker := time.NewTicker(queueTick)
	defer ticker.Stop()
	for {
		memory := otherMemory()
		tooMuch := memory == 0 || memory > q.most
		if tooMuch && q.patience <= 0 {
			return nil, false
		}
		began := time.Now()
		select {
		case chunk := <-q.free:
			if tooMuch {
				q.patience -= time.Since(began)
			}
			return chunk, true
		case <-ticker.C:
			if tooMuch {
				q.patience -= time.Since(began)
			}
		case <-q.gone:
			return nil, false
		}
	}
}

// pump writes to w what comes, until close or an error of w.
func (q *queue) pump(w io.Writer) {
	defer q.leave()
	for chunk := range q.filled {
		if _, err := w.Write(chunk); err != nil {
			return
		}
		q.free <- chunk
	}
}

// leave says that nobody takes anything any more, so that Write does not wait.
func (q *queue) leave() { q.left.Do(func() { close(q.gone) }) }

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
