// Command hookcost calls functions of known size in loops, for scripts/bench-hook.mjs: each case is a function of no
// arguments whose own time is that of the loop. It prints `case calls nanoseconds`, the quickest of some rounds.
package main

import (
	"fmt"
	"sort"
	"strings"
	"time"
)

var sink uint64

//go:noinline
func empty() {}

// work takes one or two nanoseconds a step: every step waits for the one before.
//
//go:noinline
func work(steps int) {
	x := sink
	for i := 0; i < steps; i++ {
		x ^= x << 13
		x++
	}
	sink = x
}

//go:noinline
func leaf(a, b int) int { return a*b + 1 }

//go:noinline
func middle(n int) (sum int) {
	for i := 0; i < n; i++ {
		sum += leaf(sum, i)
	}
	return sum
}

//go:noinline
func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

type byLength []string

func (s byLength) Len() int           { return len(s) }
func (s byLength) Less(i, j int) bool { return len(s[i]) < len(s[j]) }
func (s byLength) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }

// inlined is what the compiler puts into its caller where it is not traced.
func inlined(a, b int) int { return a ^ b }

type node struct {
	left, right *node
	key         int
}

//go:noinline
func (n *node) insert(key int) *node {
	if n == nil {
		return &node{key: key}
	}
	if key < n.key {
		n.left = n.left.insert(key)
	} else {
		n.right = n.right.insert(key)
	}
	return n
}

//go:noinline
func count(words []string, counts map[string]int) {
	for _, word := range words {
		counts[normal(word)]++
	}
}

//go:noinline
func normal(word string) string { return strings.ToLower(strings.Trim(word, ".,;")) }

func caseEmpty() int {
	const calls = 20000
	for i := 0; i < calls; i++ {
		empty()
	}
	return calls
}

func loop(calls, steps int) int {
	for i := 0; i < calls; i++ {
		work(steps)
	}
	return calls
}

func case20() int    { return loop(20000, 20) }
func case100() int   { return loop(20000, 100) }
func case1000() int  { return loop(2000, 1000) }
func case10000() int { return loop(500, 10000) }

func caseFanOut() int {
	for i := 0; i < 20; i++ {
		sink += uint64(middle(1000))
	}
	return 20 * 1001
}

func caseFib() int {
	sink += uint64(fib(20))
	return 21891
}

func caseSort() int {
	words := make([]string, 3000)
	for i := range words {
		words[i] = text[(i*7919)%1000 : (i*7919)%1000+(i*31)%97]
	}
	sort.Sort(byLength(words))
	return 0
}

func caseTree() int {
	var root *node
	for i := 0; i < 2000; i++ {
		root = root.insert((i * 7919) % 2003)
	}
	return 0
}

func caseWords() int {
	words := strings.Fields(strings.Repeat("A rose, is a rose; is a Rose. ", 700))
	count(words, map[string]int{})
	return len(words)
}

func caseInlined() int {
	const calls = 20000
	sum := 0
	for i := 0; i < calls; i++ {
		sum += inlined(sum, i)
	}
	sink += uint64(sum)
	return calls
}

var text = strings.Repeat("0123456789", 200)

func main() {
	cases := []struct {
		name string
		run  func() int
	}{
		{"Empty", caseEmpty}, {"20", case20}, {"100", case100}, {"1000", case1000}, {"10000", case10000},
		{"FanOut", caseFanOut}, {"Fib", caseFib}, {"Sort", caseSort}, {"Tree", caseTree}, {"Words", caseWords},
		{"Inlined", caseInlined},
	}
	for _, c := range cases {
		calls, best := 0, time.Duration(1<<62)
		for round := 0; round < 30; round++ {
			start := time.Now()
			calls = c.run()
			if took := time.Since(start); took < best {
				best = took
			}
		}
		fmt.Println(c.name, calls, best.Nanoseconds())
	}
}
