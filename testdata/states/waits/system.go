package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Measures a call that knows itself when it goes on.
func timed(name, state string, least time.Duration, f func(*times)) {
	var t times
	t.before = time.Now()
	f(&t)
	t.after = time.Now()
	w := wait{Function: "main." + name, State: state}
	w.add(t, least, t.end.Sub(t.begin))
	waits = append(waits, w)
}

func timers() {
	timed("sleep", "sleep", length, sleep)
	timed("timer", "channel", length, timer)
}

func sleep(t *times) {
	t.begin = time.Now()
	time.Sleep(length)
	t.end = time.Now()
}

func timer(t *times) {
	t.begin = time.Now()
	<-time.After(length)
	t.end = time.Now()
}

func files() {
	r, w := must2(os.Pipe())
	measure("readPipe", "network", 1, true, func(t *times) { readPipe(t, r) }, func() { w.Write([]byte{1}) })
	// A second reader waits for the first, which has the lock of the file.
	go r.Read(make([]byte, 1))
	for parked("os.(*File).Read") < 1 {
		time.Sleep(time.Millisecond)
	}
	measure("readInTurn", "lock", 1, true, func(t *times) { readInTurn(t, r) }, func() { w.Write([]byte{1}); w.Close() })
	var blocking [2]int
	must(syscall.Pipe(blocking[:]))
	measure("readBlocking", "syscall", 1, true, func(t *times) { readBlocking(t, blocking[0]) }, func() {
		syscall.Write(blocking[1], []byte{1})
	})
}

func readPipe(t *times, r io.Reader) {
	t.begin = time.Now()
	r.Read(make([]byte, 1))
	t.end = time.Now()
}

func readInTurn(t *times, r io.Reader) {
	t.begin = time.Now()
	r.Read(make([]byte, 1))
	t.end = time.Now()
}

func readBlocking(t *times, fd int) {
	t.begin = time.Now()
	syscall.Read(fd, make([]byte, 1))
	t.end = time.Now()
}

func network() {
	listener := must1(net.Listen("tcp", "127.0.0.1:0"))
	var client, server net.Conn
	measure("accept", "network", 1, true, func(t *times) { server = accept(t, listener) }, func() {
		client = must1(net.Dial("tcp", listener.Addr().String()))
	})
	measure("readSocket", "network", 1, true, func(t *times) { readSocket(t, server) }, func() { client.Write([]byte{1}) })
}

func accept(t *times, l net.Listener) net.Conn {
	t.begin = time.Now()
	c := must1(l.Accept())
	t.end = time.Now()
	return c
}

func readSocket(t *times, c net.Conn) {
	t.begin = time.Now()
	c.Read(make([]byte, 1))
	t.end = time.Now()
}

func processes() {
	cat := exec.Command("cat")
	in := must1(cat.StdinPipe())
	must(cat.Start())
	measure("waitForChild", "syscall", 1, true, func(t *times) { waitForChild(t, cat) }, func() { in.Close() })
}

func waitForChild(t *times, c *exec.Cmd) {
	t.begin = time.Now()
	c.Process.Wait()
	t.end = time.Now()
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func must1[A any](a A, err error) A {
	must(err)
	return a
}

func must2[A, B any](a A, b B, err error) (A, B) {
	must(err)
	return a, b
}
