package main

import (
	"bufio"
	"fmt"
	"hash/fnv"
	"io"
	"strconv"
	"strings"

	"golang.org/x/exp/trace"
)

type dumper struct {
	w      *bufio.Writer
	start  trace.Time
	stacks map[string]int      // numbers by text
	known  map[trace.Stack]int // the same by handle, which holds for one generation
}

func (d *dumper) run(in io.Reader) error {
	r, err := trace.NewReader(in)
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		e, err := r.ReadEvent()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if n == 0 {
			d.start = e.Time()
			fmt.Fprintf(d.w, "start %d\n", d.start)
		}
		d.event(e)
	}
}

func (d *dumper) event(e trace.Event) {
	stack := d.stack(e.Stack())
	target := 0
	if e.Kind() == trace.EventStateTransition {
		target = d.stack(e.StateTransition().Stack)
	}
	w := d.w
	fmt.Fprintf(w, "%d m=%d p=%d g=%d %s", e.Time()-d.start, e.Thread(), e.Proc(), e.Goroutine(), e.Kind())
	switch e.Kind() {
	case trace.EventSync:
		d.sync(e.Sync())
	case trace.EventMetric:
		m := e.Metric()
		fmt.Fprintf(w, " %s %s", m.Name, number(m.Value.Uint64()))
	case trace.EventLabel:
		l := e.Label()
		fmt.Fprintf(w, " %s %s", quote(l.Label), resource(l.Resource))
	case trace.EventRangeBegin, trace.EventRangeActive, trace.EventRangeEnd:
		r := e.Range()
		fmt.Fprintf(w, " %s %s", quote(r.Name), resource(r.Scope))
		if e.Kind() == trace.EventRangeEnd {
			for _, a := range e.RangeAttributes() {
				fmt.Fprintf(w, " %s=%s", strings.TrimPrefix(a.Name, "bytes "), number(a.Value.Uint64()))
			}
		}
	case trace.EventTaskBegin, trace.EventTaskEnd:
		t := e.Task()
		fmt.Fprintf(w, " %d parent=%d %s", int64(t.ID), int64(t.Parent), quote(t.Type))
	case trace.EventRegionBegin, trace.EventRegionEnd:
		r := e.Region()
		fmt.Fprintf(w, " task=%d %s", int64(r.Task), quote(r.Type))
	case trace.EventLog:
		l := e.Log()
		fmt.Fprintf(w, " task=%d %s %s", int64(l.Task), quote(l.Category), quote(l.Message))
	case trace.EventStateTransition:
		t := e.StateTransition()
		fmt.Fprintf(w, " %s ", resource(t.Resource))
		if t.Resource.Kind == trace.ResourceGoroutine {
			from, to := t.Goroutine()
			fmt.Fprintf(w, "%s->%s", from, to)
		} else {
			from, to := t.Proc()
			fmt.Fprintf(w, "%s->%s", from, to)
		}
		if t.Reason != "" {
			fmt.Fprintf(w, " %s", quote(t.Reason))
		}
		if target != 0 {
			fmt.Fprintf(w, " target=%d", target)
		}
	case trace.EventExperimental:
		x := e.Experimental()
		fmt.Fprintf(w, " %s", x.Name)
		for i, name := range x.Args {
			fmt.Fprintf(w, " %s=%s", name, number(x.ArgValue(i).Uint64()))
		}
	}
	if stack != 0 {
		fmt.Fprintf(w, " stack=%d", stack)
	}
	fmt.Fprintln(w)
}

func (d *dumper) sync(s trace.Sync) {
	clear(d.known)
	fmt.Fprintf(d.w, " %d", s.N)
	if c := s.ClockSnapshot; c != nil {
		wall := c.Wall.UTC()
		fmt.Fprintf(d.w, " clock=%d mono=%d wall=%d%09d", c.Trace-d.start, c.Mono, wall.Unix(), wall.Nanosecond())
	}
	for _, b := range s.ExperimentalBatches["AllocFree"] {
		h := fnv.New32a()
		h.Write(b.Data)
		fmt.Fprintf(d.w, " data=%d:%d:%08x", b.Thread, len(b.Data), h.Sum32())
	}
}

// stack returns the number of a stack; 0 is none. A new one is written on a line before the event that needs it.
func (d *dumper) stack(s trace.Stack) int {
	if s == trace.NoStack {
		return 0
	}
	if n, ok := d.known[s]; ok {
		return n
	}
	var sb strings.Builder
	frames := 0
	for f := range s.Frames() {
		fmt.Fprintf(&sb, " %s@%s:%d:%s", quote(f.Func), quote(f.File), f.Line, number(f.PC))
		frames++
	}
	text := sb.String()
	n, ok := d.stacks[text]
	if frames == 0 {
		n = 0
	} else if !ok {
		n = len(d.stacks) + 1
		d.stacks[text] = n
		fmt.Fprintf(d.w, "stack %d%s\n", n, text)
	}
	d.known[s] = n
	return n
}

func resource(r trace.ResourceID) string {
	switch r.Kind {
	case trace.ResourceGoroutine:
		return fmt.Sprintf("Goroutine %d", r.Goroutine())
	case trace.ResourceProc:
		return fmt.Sprintf("Proc %d", r.Proc())
	case trace.ResourceThread:
		return fmt.Sprintf("Thread %d", r.Thread())
	}
	return "None"
}

// number writes a value as a double holds it: gotrace rounds beyond 2^53.
func number(v uint64) string {
	return strconv.FormatFloat(float64(v), 'f', -1, 64)
}

// quote escapes as quote in to-text.ts does. Runs of bytes that are no UTF-8 become one replacement character.
func quote(s string) string {
	var sb strings.Builder
	sb.WriteByte('"')
	last := rune(0)
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			sb.WriteByte('\\')
			sb.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&sb, "\\x%02x", r)
		case r == '\uFFFD' && last == r:
		default:
			sb.WriteRune(r)
		}
		last = r
	}
	sb.WriteByte('"')
	return sb.String()
}
