package traceagent

// gotrace:begin sentinel

import "time"

// Sentinel says when snapshots are taken without being asked for; the zero value is off.
type Sentinel struct{}

type sentinel struct{}

// startSentinel starts the sentinel, if the options want it.
func (a *Agent) startSentinel() {}

// sentinelState is what the index says about the sentinel.
type sentinelState struct {
	On   bool           `json:"on"`
	Last *sentinelFired `json:"last,omitempty"`
}

type sentinelFired struct {
	Time   time.Time `json:"time"`
	Reason string    `json:"reason"`
}

func (a *Agent) sentinelState() sentinelState { return sentinelState{} }

// gotrace:end sentinel
