// Command summary shows what Go's own internal/trace makes of an execution trace: gotrace's analyses must agree.
// It is built inside of GOROOT by an overlay (scripts/oracle-analyses.mjs), because internal/trace cannot be imported from
// anywhere else.
//
//	summary FILE   one JSON object a line
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"internal/trace"
	"io"
	"os"
	"time"
)

type goroutine struct {
	Kind, Name                                          string
	ID                                                  trace.GoID
	Begin, Exec, Runnable, Syscall, SyscallBlock, Total int64
	Waits                                               map[string]int64
	Assist                                              int64
}

type region struct {
	Kind, Name                             string
	Goroutine                              trace.GoID
	Begin, End, Exec, Runnable, Syscalling int64
	Waits                                  map[string]int64
	Assist                                 int64
}

type task struct {
	Kind, Name string
	ID         trace.TaskID
	Begin, End int64
}

type utilization struct {
	Kind    string
	Changes [][2]float64
	Windows [][2]float64
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close()
	reader, err := trace.NewReader(in)
	if err != nil {
		return err
	}
	var events []trace.Event
	summarizer := trace.NewSummarizer()
	for {
		event, err := reader.ReadEvent()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		events = append(events, event)
		summarizer.Event(&event)
	}
	summary := summarizer.Finalize()
	zero := events[0].Time()
	since := func(t trace.Time) int64 { return int64(t - zero) }
	out := json.NewEncoder(os.Stdout)
	for _, g := range summary.Goroutines {
		out.Encode(goroutine{
			Kind: "goroutine", Name: g.Name, ID: g.ID, Begin: since(g.CreationTime),
			Exec: int64(g.ExecTime), Runnable: int64(g.SchedWaitTime), Syscall: int64(g.SyscallTime),
			SyscallBlock: int64(g.SyscallBlockTime), Total: int64(g.TotalTime), Waits: waits(g.BlockTimeByReason),
			Assist: int64(g.RangeTime["GC mark assist"]),
		})
		for _, r := range g.Regions {
			if r.Start == nil || r.End == nil || r.Start.Kind() != trace.EventRegionBegin || r.End.Kind() != trace.EventRegionEnd {
				continue
			}
			out.Encode(region{
				Kind: "region", Name: r.Name, Goroutine: g.ID, Begin: since(r.Start.Time()), End: since(r.End.Time()),
				Exec: int64(r.ExecTime), Runnable: int64(r.SchedWaitTime), Syscalling: int64(r.SyscallTime + r.SyscallBlockTime),
				Waits: waits(r.BlockTimeByReason), Assist: int64(r.RangeTime["GC mark assist"]),
			})
		}
	}
	for _, t := range summary.Tasks {
		if t.Complete() {
			out.Encode(task{Kind: "task", Name: t.Name, ID: t.ID, Begin: since(t.Start.Time()), End: since(t.End.Time())})
		}
	}
	if os.Getenv("NO_MUTATOR") != "" {
		return nil
	}
	return out.Encode(mutator(events, since))
}

func waits(by map[string]time.Duration) map[string]int64 {
	out := map[string]int64{}
	for reason, d := range by {
		if d != 0 {
			out[reason] = int64(d)
		}
	}
	return out
}

func mutator(events []trace.Event, since func(trace.Time) int64) utilization {
	out := utilization{Kind: "utilization"}
	utils := trace.MutatorUtilizationV2(events, trace.UtilSTW|trace.UtilBackground|trace.UtilAssist)
	if len(utils) == 0 {
		return out
	}
	for _, u := range utils[0] {
		out.Changes = append(out.Changes, [2]float64{float64(since(trace.Time(u.Time))), u.Util})
	}
	curve := trace.NewMMUCurve(utils)
	for window := 10 * time.Microsecond; window <= time.Second; window *= 10 {
		for _, w := range []time.Duration{window, 2 * window, 5 * window} {
			out.Windows = append(out.Windows, [2]float64{float64(w), curve.MMU(w)})
		}
	}
	return out
}
