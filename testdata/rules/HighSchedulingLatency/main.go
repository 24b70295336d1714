// Requests that come from outside while goroutines compute on the only P, and while none do.
package main

import (
	"bufio"
	"io"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"example.com/rules/record"
)

func main() { record.Main(fires, quiet) }

func fires() {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	stop := make(chan bool)
	var wg sync.WaitGroup
	for i := 0; i < 4; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			crunch(stop)
		}()
	}
	serve()
	close(stop)
	wg.Wait()
}

// crunch computes without giving way.
func crunch(stop chan bool) {
	for {
		select {
		case <-stop:
			return
		default:
			for start := time.Now(); time.Since(start) < 5*time.Millisecond; {
			}
		}
	}
}

// serve answers a client that asks every 30 ms.
func serve() {
	client := exec.Command("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.03; echo $i; done")
	requests, err := client.StdoutPipe()
	record.Check(err)
	record.Check(client.Start())
	for lines := bufio.NewReader(requests); ; {
		if _, err := lines.ReadString('\n'); err == io.EOF {
			break
		}
	}
	record.Check(client.Wait())
}

func quiet() { serve() }
