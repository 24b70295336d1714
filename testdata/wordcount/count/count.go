// Package count counts words.
package count

import (
	"errors"
	"sort"
	"strings"
	"sync"
)

var errEmpty = errors.New("empty word")

// All counts the words of all texts with some workers.
func All(texts []string, workers int) map[string]int {
	jobs := make(chan string)
	results := make(chan map[string]int)
	var wg sync.WaitGroup
	for i := 0; i < workers; i++ {
		wg.Add(1)
		go worker(jobs, results, &wg)
	}
	go func() {
		for _, text := range texts {
			jobs <- text
		}
		close(jobs)
		wg.Wait()
		close(results)
	}()
	totals := map[string]int{}
	for result := range results {
		merge(totals, result)
	}
	return totals
}

func worker(jobs <-chan string, results chan<- map[string]int, wg *sync.WaitGroup) {
	defer wg.Done()
	for text := range jobs {
		results <- Words(text)
	}
}

// Words counts the words of one text.
func Words(text string) map[string]int {
	counts := map[string]int{}
	for _, word := range strings.Split(text, " ") {
		counts[mustClean(word)]++
	}
	delete(counts, "")
	return counts
}

func mustClean(word string) (cleaned string) {
	defer func() {
		if recover() != nil {
			cleaned = ""
		}
	}()
	return clean(word)
}

// clean panics on an empty word, so that the trace has a frame that was left by a panic.
func clean(word string) string {
	if word == "" {
		panic(errEmpty)
	}
	return strings.ToLower(strings.Trim(word, ".,;!?"))
}

func merge(into, from map[string]int) {
	for word, n := range from {
		into[word] += n
	}
}

// Top returns the n most frequent words, ties in alphabetical order.
func Top(totals map[string]int, n int) []string {
	words := make([]string, 0, len(totals))
	for word := range totals {
		words = append(words, word)
	}
	sort.Slice(words, func(i, j int) bool {
		if totals[words[i]] != totals[words[j]] {
			return totals[words[i]] > totals[words[j]]
		}
		return words[i] < words[j]
	})
	return words[:min(n, len(words))]
}
