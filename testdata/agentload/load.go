package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// load sends requests at a steady rate, and prints how many were answered well and how long they took from the moment at
// which they were due. So a server that stalls cannot hide it by slowing its clients down.
func load(args []string) {
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	to := flags.String("to", "", "address of the server")
	requests := flags.Int("requests", 1000, "how many requests")
	rate := flags.Float64("rate", 400, "requests a second")
	flags.Parse(args)

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}
	took := make([]time.Duration, *requests)
	var good, bad atomic.Int64
	var all sync.WaitGroup
	begin := time.Now().Add(10 * time.Millisecond)
	for i := 0; i < *requests; i++ {
		due := begin.Add(time.Duration(float64(i) / *rate * float64(time.Second)))
		time.Sleep(time.Until(due))
		all.Add(1)
		go func(i int) {
			defer all.Done()
			if err := send(client, *to, i); err != nil {
				if bad.Add(1) <= 3 {
					fmt.Fprintln(os.Stderr, err)
				}
			} else {
				good.Add(1)
			}
			took[i] = time.Since(due)
		}(i)
	}
	all.Wait()
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"good": good.Load(), "bad": bad.Load(),
		"p50_ns": took[len(took)/2], "p99_ns": took[len(took)*99/100], "most_ns": took[len(took)-1],
	})
}

const basket = `[{"article":"apple","count":3,"price":40},{"article":"pear","count":1,"price":55}]`

func send(client *http.Client, to string, i int) error {
	request, err := http.NewRequest("POST", fmt.Sprintf("http://%s/orders/%d", to, i), strings.NewReader(basket))
	if err != nil {
		return err
	}
	request.Header.Set("traceparent", fmt.Sprintf("00-%032x-%016x-01", i+1, i+1))
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK || !strings.Contains(string(body), `"total":175`) {
		return fmt.Errorf("order %d: %s %s", i, response.Status, body)
	}
	return nil
}
