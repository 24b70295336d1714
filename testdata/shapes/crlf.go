package main // crlf

//go:noinline
func crlf() {
	c := make(chan int)
	go func() {
		c <- 1
	}()
	say("crlf %d %q", <-c, `a
b`)
}

//go:nosplit
func crlfNosplit() {}
