package main

import (
	"runtime"
	"sync"
	"time"
)

var (
	mutex     sync.Mutex
	forReader sync.RWMutex
	forWriter sync.RWMutex
	group     sync.WaitGroup
	condition = sync.NewCond(new(sync.Mutex))
	isReady   bool
	once      sync.Once
	receiving = make(chan int)
	sending   = make(chan int)
	locked    = make(chan int)
	selecting = make(chan int)
	stop      = make(chan int)
	recursive = make(chan int)
	panicking = make(chan int)
)

func locks() {
	mutex.Lock()
	measure("lock", "lock", 3, true, lock, mutex.Unlock)
	forReader.Lock()
	measure("readLock", "lock", 2, true, readLock, forReader.Unlock)
	forWriter.RLock()
	measure("writeLock", "lock", 1, false, writeLock, forWriter.RUnlock)
}

func lock(t *times) {
	t.begin = time.Now()
	mutex.Lock()
	t.end = time.Now()
	mutex.Unlock()
}

func readLock(t *times) {
	t.begin = time.Now()
	forReader.RLock()
	t.end = time.Now()
	forReader.RUnlock()
}

func writeLock(t *times) {
	t.begin = time.Now()
	forWriter.Lock()
	t.end = time.Now()
	forWriter.Unlock()
}

func signals() {
	group.Add(1)
	measure("waitGroup", "wait", 2, false, waitGroup, group.Done)
	measure("cond", "wait", 2, true, cond, func() {
		condition.L.Lock()
		isReady = true
		condition.L.Unlock()
		condition.Broadcast()
	})
	release, entered := make(chan bool), make(chan bool)
	go once.Do(func() {
		entered <- true
		<-release
	})
	<-entered
	measure("doOnce", "wait", 1, true, doOnce, func() { close(release) })
}

func waitGroup(t *times) {
	t.begin = time.Now()
	group.Wait()
	t.end = time.Now()
}

func cond(t *times) {
	condition.L.Lock()
	defer condition.L.Unlock()
	t.begin = time.Now()
	for !isReady {
		condition.Wait()
	}
	t.end = time.Now()
}

func doOnce(t *times) {
	t.begin = time.Now()
	once.Do(func() {})
	t.end = time.Now()
}

func channels() {
	measure("receive", "channel", 1, false, receive, func() { receiving <- 1 })
	measure("send", "channel", 1, false, send, func() { <-sending })
	measure("receiveLocked", "channel", 1, false, receiveLocked, func() { locked <- 1 })
	measure("selectOne", "select", 1, false, selectOne, func() { selecting <- 1 })
	measure("descend", "channel", 1, false, func(t *times) { descend(t, 9) }, func() { recursive <- 1 })
	measure("recovers", "channel", 1, false, recovers, func() { panicking <- 1 })
	// These two never end: their calls are open at the end of the trace.
	go nilChannel()
	go noCases()
}

func receive(t *times) {
	t.begin = time.Now()
	<-receiving
	t.end = time.Now()
}

func send(t *times) {
	t.begin = time.Now()
	sending <- 1
	t.end = time.Now()
}

func receiveLocked(t *times) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	t.begin = time.Now()
	<-locked
	t.end = time.Now()
}

func selectOne(t *times) {
	t.begin = time.Now()
	select {
	case <-selecting:
	case <-stop:
	}
	t.end = time.Now()
}

func descend(t *times, depth int) {
	if depth > 0 {
		descend(t, depth-1)
		return
	}
	t.begin = time.Now()
	<-recursive
	t.end = time.Now()
}

func recovers(t *times) {
	defer func() { recover() }()
	fails(t)
}

func fails(t *times) {
	t.begin = time.Now()
	<-panicking
	t.end = time.Now()
	panic("as it should")
}

func nilChannel() {
	var never chan int
	<-never
}

func noCases() {
	select {}
}
