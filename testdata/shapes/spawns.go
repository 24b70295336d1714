package main;import "sync"

// spawns starts goroutines in every place for a statement; each says its place, in a fixed order.
func spawns() {
	c := make(chan string); send := func(s string) { c <- s }
	get := func() { say("spawned: %s", <-c) }
	go send("first"); get()
	go func() { send("literal") }() // comment
	get()
	go /* a */ func(f func() string) { send(f()) }(func() string { return "argument" }) /* b
	c */
	get()
	if true { go send("if") } else { go send("else") }; get()
	for i := 0; i < 1; i++ { go send("for") }; get()
	switch { case true: go send("switch"); fallthrough; default: go send("switch") }; get(); get2(c)
	select { case <-make(chan int): go send("no"); default: go send("select") }; get()
	n := 0
again: go send("label"); get()
	if n++; n < 2 { goto again }
outer:
inner:
	go send("labels"); get()
	if n++; n < 4 { goto inner } else if n < 5 { goto outer }
	{ go send("block") }
	get()
	go (*box).put(&box{c}, "method expression"); get()
	go box{c}.put2(
		"lines",
	)
	get()
	var once sync.Once
	go once.Do(func() { go func() { go send("deep") }() }); get()
	i := 1
	go func(n int) { if n == 1 { send("evaluated here") } else { send("evaluated late") } }(i); i++; get()
	go println2(close1(c)...)
	get()
	func() { defer get(); go send("deferred") }()
	done := make(chan int); go close(done); <-done
}

type box struct{ c chan string }

func (b *box) put(s string) { b.c <- s }
func (b box) put2(s string) { b.c <- s }

func get2(c chan string) { <-c }

func close1(c chan string) []any { return []any{c, "spread"} }
func println2(a ...any)          { a[0].(chan string) <- a[1].(string) }
