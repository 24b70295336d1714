package traceagent

// gotrace:begin gate

import (
	"fmt"
	"sync"
	"time"
)

// gate lets one capture at a time through, and the next one some time after its end.
type gate struct {
	mu      sync.Mutex
	running string    // what runs; "" for nothing
	until   time.Time // when it should end
	next    time.Time // when the next may begin, if nothing runs
}

// captures is the gate of all agents in the process: the runtime has one tracer.
var captures gate

// enter lets a capture of some length through, or says why it does not, and when to try
// again. After a pass the caller calls leave.
func (g *gate) enter(what string, length time.Duration, now time.Time) (retry time.Duration, why string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running != "" {
		if retry = captureEvery; now.Before(g.until) {
			retry += g.until.Sub(now)
		}
		return retry, fmt.Sprintf("%s is being captured; one capture runs at a time, and the next may begin %v after its end", g.running, captureEvery)
	}
	if now.Before(g.next) {
		return g.next.Sub(now), fmt.Sprintf("the last capture was a short time ago; the next may begin %v after its end", captureEvery)
	}
	g.running, g.until = what, now.Add(length)
	return 0, ""
}

// leave ends a pass. A capture that recorded nothing does not make the next one wait.
func (g *gate) leave(recorded bool, now time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running = ""
	if recorded {
		g.next = now.Add(captureEvery)
	}
}

// gateState is what the index says about captures.
type gateState struct {
	Running bool       `json:"running"`
	What    string     `json:"what,omitempty"`
	Next    *time.Time `json:"next,omitempty"` // if it is in the future
}

func (g *gate) state(now time.Time) gateState {
	g.mu.Lock()
	defer g.mu.Unlock()
	state := gateState{Running: g.running != "", What: g.running}
	if !state.Running && now.Before(g.next) {
		next := g.next
		state.Next = &next
	}
	return state
}

// gotrace:end gate
