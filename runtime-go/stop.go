package rt

// The end of the recording, and the count of events dropped after it.

import "unsafe"

// stop ends the recording for good: from now on hooks only count their events.
// Hooks already running may still finish records in chunks that have room. Call
// with the lock held.
//
//go:norace
//go:nocheckptr
func stop(reason uint32) {
	if rec.state != stateOn {
		return
	}
	store32(&rec.state, stateStopped)
	storePtr((*uintptr)(unsafe.Pointer(&hot.table)), 0)
	put64(hot.base, hdrStopTicks, ticks())
	put32(hot.base, hdrStopReason, reason)
}

// drop counts one event that is not recorded. The counter is split into shards in
// the header, to keep threads from contending for one cache line.
//
//go:norace
//go:nocheckptr
func drop() {
	var key uintptr
	if haveG {
		g, _ := gticks()
		key = uintptr(g)
	} else {
		var local byte
		key = uintptr(noescape(unsafe.Pointer(&local))) >> 10
	}
	shard := uint64(key) * hashK >> 59
	add64((*uint64)(add(hot.base, hdrShards+uintptr(shard)*shardStride)), 1)
}
