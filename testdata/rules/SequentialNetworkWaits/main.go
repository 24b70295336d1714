// Calls of a slow service one after another, and all at the same time.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"example.com/rules/record"
)

func main() {
	backend = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(12 * time.Millisecond)
		fmt.Fprintln(w, "ok")
	}))
	defer backend.Close()
	record.Main(fires, quiet)
}

var backend *httptest.Server

func fires() { loadPage(8) }

// loadPage asks for every part when it has the one before.
func loadPage(parts int) {
	for i := 0; i < parts; i++ {
		loadPart()
	}
}

func loadPart() {
	response, err := http.Get(backend.URL)
	record.Check(err)
	_, err = io.Copy(io.Discard, response.Body)
	record.Check(err)
	response.Body.Close()
}

func quiet() {
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			loadPart()
		}()
	}
	wg.Wait()
}
