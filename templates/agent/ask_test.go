package traceagent

// gotrace:begin ask_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestSnapshotsInTheBackground(t *testing.T) {
	for want, snapshot := range map[string]func(string) (string, error){
		"":                      func(string) (string, error) { return "some.trace", nil },
		"why=\"traceagent: no":  func(string) (string, error) { return "", ErrUnsupported },
		"panic=\"user's sink\"": func(string) (string, error) { panic("user's sink") },
	} {
		var log bytes.Buffer
		k := &asker{snapshot: snapshot, log: slog.New(slog.NewTextHandler(&log, nil))}
		k.spawn = func(work func(context.Context)) { work(context.Background()) }
		k.ask("why")
		if want == "" && log.Len() > 0 || !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
		if k.busy.Load() {
			t.Error("no other snapshot can follow")
		}
	}
}

func TestTooSoonIsTriedAgain(t *testing.T) {
	tries := 0
	k := &asker{log: quiet()}
	k.snapshot = func(string) (string, error) {
		tries++
		if tries == 1 {
			return "", ErrTooSoon
		}
		return "some.trace", nil
	}
	k.spawn = func(work func(context.Context)) { work(context.Background()) }
	k.ask("why")
	if tries != 2 {
		t.Errorf("%d tries", tries)
	}
	// Close ends the waiting.
	tries, k.pause = 0, time.Hour
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	k.spawn = func(work func(context.Context)) { work(ended) }
	k.ask("why")
	if tries != 1 {
		t.Errorf("%d tries after the end", tries)
	}
}

func TestOneSnapshotAtATime(t *testing.T) {
	var log bytes.Buffer
	k := &asker{log: slog.New(slog.NewTextHandler(&log, nil))}
	var works []func(context.Context)
	k.spawn = func(work func(context.Context)) { works = append(works, work) }
	k.snapshot = func(string) (string, error) { return "", errors.New("disk full") }
	k.ask("first")
	k.ask("second") // does not wait for the first
	if len(works) != 1 || !strings.Contains(log.String(), "reason=second") {
		t.Errorf("%d snapshots\n%s", len(works), log.String())
	}
	works[0](context.Background())
	k.ask("third")
	if len(works) != 2 {
		t.Error("there is no third snapshot")
	}
}

func TestReasonsInNames(t *testing.T) {
	for reason, want := range map[string]string{
		"slow GET /items/{id}":    "slow-get-items-id",
		"sched-latency":           "sched-latency",
		"../../etc/passwd":        "..-..-etc-passwd",
		"":                        "snapshot",
		"日本":                      "snapshot",
		strings.Repeat("a b", 99): strings.Repeat("a-ba-b", 99)[:64],
	} {
		if got := cleanReason(reason); got != want {
			t.Errorf("%q is %q in names, want %q", reason, got, want)
		}
	}
}

// gotrace:end ask_test
