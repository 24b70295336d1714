package rt

// Helpers for memory outside the Go heap: pointers from addresses, and stores of
// numbers and strings.

import "unsafe"

// noescape hides a pointer to a local from escape analysis; the callee must
// not keep it.
//
//go:nosplit
//go:nocheckptr
func noescape(p unsafe.Pointer) unsafe.Pointer {
	x := uintptr(p)
	return *(*unsafe.Pointer)(unsafe.Pointer(&x))
}

// toPtr turns an address into a pointer. The garbage collector must never free or
// move what is there: memory outside the Go heap, or a g, which is never freed.
//
//go:nocheckptr
func toPtr(a uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&a)) }

//go:nocheckptr
func add(p unsafe.Pointer, n uintptr) unsafe.Pointer { return unsafe.Pointer(uintptr(p) + n) }

// strPtr returns the address of a string's bytes.
func strPtr(s string) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&s)) }

// put16, put32 and put64 store v at p+off, which need not be aligned. putBytes
// writes the lowest byte last: a record begins with its tag, so a process killed
// in between leaves no tag without the rest.

//go:norace
//go:nocheckptr
func put16(p unsafe.Pointer, off uintptr, v uint16) {
	if alignedOnly {
		putBytes(p, off, 2, uint64(v))
		return
	}
	*(*uint16)(add(p, off)) = v
}

//go:norace
//go:nocheckptr
func put32(p unsafe.Pointer, off uintptr, v uint32) {
	if alignedOnly {
		putBytes(p, off, 4, uint64(v))
		return
	}
	*(*uint32)(add(p, off)) = v
}

//go:norace
//go:nocheckptr
func put64(p unsafe.Pointer, off uintptr, v uint64) {
	if alignedOnly {
		putBytes(p, off, 8, v)
		return
	}
	*(*uint64)(add(p, off)) = v
}

//go:norace
//go:nocheckptr
func putBytes(p unsafe.Pointer, off, n uintptr, v uint64) {
	for n > 0 {
		n--
		*(*byte)(add(p, off+n)) = byte(v >> (8 * n))
	}
}

// putString copies s to p without a write barrier or a bounds check.
//
//go:norace
//go:nocheckptr
func putString(p unsafe.Pointer, s string) {
	for i := 0; i < len(s); i++ {
		*(*byte)(add(p, uintptr(i))) = s[i]
	}
}

// hashOf returns a hash of a name (FNV-1a with another offset).
//
//go:norace
func hashOf(name string) uint64 {
	hash := uint64(len(name))
	for i := 0; i < len(name); i++ {
		hash = (hash ^ uint64(name[i])) * 0x100000001b3
	}
	return hash
}

// copyString copies as much of s as fits, and returns how much. The built-in copy
// reports its reads and writes to the race detector, whatever the pragma says.
//
//go:norace
func copyString(to []byte, s string) int {
	n := len(s)
	if n > len(to) {
		n = len(to)
	}
	for i := 0; i < n; i++ {
		to[i] = s[i]
	}
	return n
}
