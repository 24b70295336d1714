package main

// Functions with little stack, that call each other (go.dev/issue/45698, 54291).

//go:nosplit
func put(b *[64]byte, n int, v uint64) int {
	for v >= 0x80 {
		b[n] = byte(v) | 0x80
		v >>= 7
		n++
	}
	b[n] = byte(v)
	return n + 1
}

//go:nosplit
func even(n int) bool {
	if n == 0 {
		return true
	}
	return odd(n - 1)
}

//go:norace
func odd(n int) bool {
	if n == 0 {
		return false
	}
	return even(n - 1)
}

//go:nosplit
func each(f func(int)) { func() { f(1) }(); f(2) }

func main() {
	var b [64]byte
	println(put(&b, put(&b, 0, 1<<40), 300), even(10))
	each(func(n int) { println(n) })
}
