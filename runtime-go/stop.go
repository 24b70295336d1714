package rt

import "unsafe"

// stop ends the recording for good: every hook counts from now on. Records
// under way in chunks that have room may still be finished. Call with the
// lock held.
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

// drop counts one event that is not recorded, in one of the header's shards.
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
