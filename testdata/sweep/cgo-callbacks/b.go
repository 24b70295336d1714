package main

// extern void goCB(int);
// static void callCB2(int n) { goCB(n); }
import "C"

func f() int { C.callCB2(1); C.callCB2(2); done := make(chan bool); go func() { C.callCB2(0); close(done) }(); <-done; return int(C.int(3)) }
