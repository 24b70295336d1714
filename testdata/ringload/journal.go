package main

import (
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const (
	workers = 4
	entries = 1 << 18 // the latest calls of a worker
	words   = workers * (1 + entries)
)

// nanotime is the clock of traces.
//
//go:linkname nanotime runtime.nanotime
func nanotime() int64

// journal makes calls for ever. Before each call, a worker writes down in shared memory how
// many calls it has made with this one, and when. Worker 0 is slow, and worker 1 starts a
// goroutine for every hundredth call.
func journal(path string) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		panic(err)
	}
	if err := f.Truncate(8 * words); err != nil {
		panic(err)
	}
	b, err := syscall.Mmap(int(f.Fd()), 0, 8*words, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		panic(err)
	}
	all := (*[words]uint64)(unsafe.Pointer(&b[0]))[:]
	for w := 0; w < workers; w++ {
		go work(w, all[w*(1+entries):(w+1)*(1+entries)])
	}
	select {}
}

func work(w int, journal []uint64) {
	switch w {
	case 0:
		worker0(journal)
	case 1:
		worker1(journal)
	case 2:
		worker2(journal)
	case 3:
		worker3(journal)
	}
}

func worker0(journal []uint64) {
	for i := 0; ; i++ {
		note(journal, i)
		step(i)
		time.Sleep(200 * time.Microsecond)
	}
}

func worker1(journal []uint64) {
	for i := 0; ; i++ {
		note(journal, i)
		step(i)
		if i%100 == 0 {
			done := make(chan bool)
			go child(done)
			<-done
		}
	}
}

func worker2(journal []uint64) {
	for i := 0; ; i++ {
		note(journal, i)
		step(i)
	}
}

func worker3(journal []uint64) { deep(20, journal) }

func deep(n int, journal []uint64) {
	if n > 0 {
		deep(n-1, journal)
	}
	for i := 0; ; i++ {
		note(journal, i)
		step(i)
	}
}

func child(done chan bool) { close(done) }

func note(journal []uint64, i int) {
	journal[1+i%entries] = uint64(nanotime())
	atomic.StoreUint64(&journal[0], uint64(i+1))
}

// step calls one of seven functions in turn, so that a missing call shows.
func step(i int) {
	switch i % 7 {
	case 0:
		step0()
	case 1:
		step1()
	case 2:
		step2()
	case 3:
		step3()
	case 4:
		step4()
	case 5:
		step5()
	case 6:
		step6()
	}
}

func step0() {}
func step1() {}
func step2() {}
func step3() {}
func step4() {}
func step5() {}
func step6() {}
