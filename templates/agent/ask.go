package traceagent

// gotrace:begin ask

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"
)

// asker takes snapshots in the background, one at a time, for those that must not wait
// for the disk: requests and the sentinel.
type asker struct {
	spawn    func(work func(context.Context))
	snapshot func(reason string) (name string, err error)
	log      *slog.Logger
	pause    time.Duration // until the next try, if the last snapshot is too recent
	busy     atomic.Bool   // from an ask to its snapshot
}

// ask takes a snapshot as soon as there may be one, and returns at once. It logs why there
// was none, unless Snapshot does.
func (k *asker) ask(reason string) {
	if !k.busy.CompareAndSwap(false, true) {
		k.log.Warn("traceagent: no snapshot, as another one is on its way", "reason", reason)
		return
	}
	k.spawn(func(ctx context.Context) {
		defer k.busy.Store(false)
		// Options.Sink is the user's: its panic must not end the program.
		defer func() {
			if failed := recover(); failed != nil {
				k.log.Error("traceagent: no snapshot, as Options.Sink panicked", "reason", reason, "panic", failed)
			}
		}()
		_, err := k.snapshot(reason)
		if errors.Is(err, ErrTooSoon) {
			timer := time.NewTimer(k.pause)
			defer timer.Stop()
			select {
			case <-timer.C:
				_, err = k.snapshot(reason)
			case <-ctx.Done():
				err = ErrClosed
			}
		}
		for _, unsaid := range []error{ErrUnsupported, ErrBusy, ErrTooSoon, ErrClosed} {
			if errors.Is(err, unsaid) {
				k.log.Info("traceagent: no snapshot", "reason", reason, "why", err)
			}
		}
	})
}

// gotrace:end ask
