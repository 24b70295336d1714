// Command recorder keeps the last moments of some work with the flight recorder (Go 1.25 and later) and writes them.
//
//	recorder FILE
package main

import (
	"log"
	"os"
	"runtime/trace"
	"sync"
	"time"
)

func main() {
	log.SetFlags(0)
	recorder := trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: 20 * time.Millisecond})
	check(recorder.Start())
	var mu sync.Mutex
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for start := time.Now(); time.Since(start) < 150*time.Millisecond; {
				mu.Lock()
				time.Sleep(500 * time.Microsecond)
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	out, err := os.Create(os.Args[1])
	check(err)
	_, err = recorder.WriteTo(out)
	check(err)
	check(out.Close())
	recorder.Stop()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
