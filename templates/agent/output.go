package traceagent

// gotrace:begin output

import (
	"context"
	"errors"
	"net/http"
	"os"
	"sync"
	"time"
)

var (
	errAway = errors.New("its client went away, or the agent was closed")
	errSize = errors.New("it reached its size limit")
	errSlow = errors.New("its client was too slow")
	errDone = errors.New("its response has ended")
)

// output writes a capture or a file to a client. Each write of a chunk has a deadline,
// and all together have one. After an error nothing more is written, so what the client
// has is always a beginning of the whole.
type output struct {
	to      http.ResponseWriter
	control *http.ResponseController
	left    int64 // bytes that may still be written
	sent    int64
	end     time.Time // of everything
	broken  chan struct{}
	release func() bool

	mu       sync.Mutex
	err      error     // set before broken is closed
	deadline time.Time // of the write that waits for the client; zero while none does
}

// newOutput returns an output that gives up once ctx ends, even while it waits for the
// client. The handler calls done before it returns, also by a panic.
func newOutput(ctx context.Context, w http.ResponseWriter, most int64, total time.Duration) *output {
	o := &output{
		to:      w,
		control: http.NewResponseController(w),
		left:    most,
		end:     time.Now().Add(total),
		broken:  make(chan struct{}),
	}
	o.release = context.AfterFunc(ctx, o.lose)
	return o
}

// lose ends the output when its context ends. After a deadline the server ends the
// context before the write returns.
func (o *output) lose() {
	o.mu.Lock()
	late := !o.deadline.IsZero() && !time.Now().Before(o.deadline)
	o.mu.Unlock()
	if late {
		_ = o.fail(errSlow)
	} else {
		_ = o.fail(errAway)
	}
}

// done ends the output. Afterwards nothing touches the response.
func (o *output) done() {
	o.release()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = errDone
		close(o.broken)
	}
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		chunk := p[written:]
		if len(chunk) > chunkBytes {
			chunk = chunk[:chunkBytes]
		}
		n, err := o.writeChunk(chunk)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

func (o *output) writeChunk(p []byte) (int, error) {
	if o.left -= int64(len(p)); o.left < 0 {
		return 0, o.fail(errSize)
	}
	if err := o.setDeadline(); err != nil {
		return 0, err
	}
	n, err := o.to.Write(p)
	if err == nil {
		err = o.control.Flush()
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errSlow
	}
	if err != nil && !errors.Is(err, http.ErrNotSupported) { // by a wrapper that hides Flush
		return n, o.fail(err)
	}
	o.mu.Lock()
	o.deadline = time.Time{}
	o.mu.Unlock()
	o.sent += int64(n)
	return n, nil
}

// begun sends the header, so that the client knows that its capture runs.
func (o *output) begun() {
	if o.setDeadline() == nil {
		_ = o.control.Flush()
		o.mu.Lock()
		o.deadline = time.Time{}
		o.mu.Unlock()
	}
}

// setDeadline sets the deadline of the next write, unless the output has failed.
func (o *output) setDeadline() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return o.err
	}
	deadline := time.Now().Add(writeMost)
	if deadline.After(o.end) {
		deadline = o.end
	}
	// An error says that a wrapper around the user's server hides deadlines. Then those
	// of that server count.
	_ = o.control.SetWriteDeadline(deadline)
	o.deadline = deadline
	return nil
}

// fail ends the output, and a write that waits now. It returns the first error.
func (o *output) fail(err error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
		close(o.broken)
		_ = o.control.SetWriteDeadline(time.Unix(1, 0)) // long ago
	}
	return o.err
}

// failed returns the first error; nil if all was written.
func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// gotrace:end output
