package traceagent

// gotrace:begin snapshots

import "fmt"

// Snapshot writes what the flight recorder has to Options.Dir or Options.Sink, and
// returns the name. The reason becomes part of the name: up to 64 of a-z, 0-9, "." and
// "-"; others become "-".
//
// One snapshot is written at a time (else ErrBusy), and the next begins some seconds
// after its end (else ErrTooSoon). What fails is logged, leaves no file, and removes no
// older snapshot.
func (a *Agent) Snapshot(reason string) (name string, err error) {
	if a == nil {
		return "", ErrUnsupported
	}
	if !a.begin() {
		return "", ErrClosed
	}
	defer a.end()
	if _, err := a.flight.running(); err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	if a.options.Sink == nil && a.options.Dir == "" {
		return "", fmt.Errorf("%w: there is no place for them: set Options.Dir or Options.Sink", ErrUnsupported)
	}
	if !a.flight.writing.TryLock() {
		return "", ErrBusy
	}
	defer a.flight.writing.Unlock()
	if last := a.flight.last; !last.IsZero() && a.now().Sub(last) < snapshotEvery {
		return "", ErrTooSoon
	}
	name = snapshotNames.name(a.now(), reason)
	written, err := a.writeSnapshot(name)
	a.flight.last = a.now()
	if err != nil {
		a.options.Logger.Error("traceagent: a snapshot could not be written", "name", name, "err", err)
		return "", fmt.Errorf("traceagent: snapshot %s: %w", name, err)
	}
	a.options.Logger.Info("traceagent: a snapshot was written", "name", name, "bytes", written)
	return name, nil
}

// writeSnapshot writes the recorder's content to where the options want it.
func (a *Agent) writeSnapshot(name string) (int64, error) {
	if a.options.Sink == nil {
		file, err := a.files.create(name)
		if err != nil {
			return 0, err
		}
		written, err := a.flight.writeTo(file)
		if err != nil {
			a.files.discard(file)
			return written, err
		}
		if err := a.files.commit(file); err != nil {
			return written, err
		}
		// Only now: nothing old is removed for a snapshot that could not be written.
		if err := a.files.rotate(); err != nil {
			a.options.Logger.Error("traceagent: old snapshots could not be removed", "err", err)
		}
		return written, nil
	}
	sink, err := a.options.Sink(name)
	if err != nil {
		return 0, err
	}
	written, err := a.flight.writeTo(sink)
	if err == nil {
		return written, sink.Close()
	}
	if failing, ok := sink.(interface{ CloseWithError(error) error }); ok {
		_ = failing.CloseWithError(err)
	} else {
		_ = sink.Close()
	}
	return written, err
}

// gotrace:end snapshots
