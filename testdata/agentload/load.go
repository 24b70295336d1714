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

// load sends requests at a steady rate, to several servers by turns, and prints for each how many were answered well and how
// long they took from the moment at which they were due. So a server that stalls cannot hide it by slowing its clients down,
// and what the machine does besides slows all of them alike.
func load(args []string) {
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	to := flags.String("to", "", "addresses of the servers, with commas between them")
	requests := flags.Int("requests", 1000, "how many requests to each")
	rate := flags.Float64("rate", 400, "requests a second to each")
	flags.Parse(args)

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second}
	var results []*result
	for _, address := range strings.Split(*to, ",") {
		results = append(results, &result{address: address, took: make([]time.Duration, *requests)})
	}
	var all sync.WaitGroup
	begin := time.Now().Add(10 * time.Millisecond)
	period := time.Duration(float64(time.Second) / *rate / float64(len(results)))
	for i := 0; i < *requests*len(results); i++ {
		// Neither is always the first of a turn.
		turn := i / len(results)
		to := results[(i+turn)%len(results)]
		due := begin.Add(time.Duration(i) * period)
		time.Sleep(time.Until(due))
		all.Add(1)
		go func() {
			defer all.Done()
			to.send(client, turn, due)
		}()
	}
	all.Wait()
	for _, each := range results {
		each.print()
	}
}

// result is what came of the requests to a server.
type result struct {
	address   string
	took      []time.Duration
	good, bad atomic.Int64
}

func (r *result) send(client *http.Client, number int, due time.Time) {
	if err := send(client, r.address, number); err == nil {
		r.good.Add(1)
	} else if r.bad.Add(1) <= 3 {
		fmt.Fprintln(os.Stderr, err)
	}
	r.took[number] = time.Since(due)
}

func (r *result) print() {
	took := r.took
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"good": r.good.Load(), "bad": r.bad.Load(),
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
