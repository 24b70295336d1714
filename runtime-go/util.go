package rt

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

// toPtr is for addresses outside the Go heap only.
//
//go:nocheckptr
func toPtr(a uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&a)) }

//go:nocheckptr
func add(p unsafe.Pointer, n uintptr) unsafe.Pointer { return unsafe.Pointer(uintptr(p) + n) }

// strPtr returns the address of a string's bytes.
func strPtr(s string) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&s)) }

//go:norace
//go:nocheckptr
func put16(p unsafe.Pointer, off uintptr, v uint16) { *(*uint16)(add(p, off)) = v }

//go:norace
//go:nocheckptr
func put32(p unsafe.Pointer, off uintptr, v uint32) { *(*uint32)(add(p, off)) = v }

//go:norace
//go:nocheckptr
func put64(p unsafe.Pointer, off uintptr, v uint64) { *(*uint64)(add(p, off)) = v }

// putString copies s to p without a write barrier or a bounds check.
//
//go:norace
//go:nocheckptr
func putString(p unsafe.Pointer, s string) {
	for i := 0; i < len(s); i++ {
		*(*byte)(add(p, uintptr(i))) = s[i]
	}
}
