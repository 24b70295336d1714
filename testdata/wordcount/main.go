// Wordcount counts words of some texts with a pool of workers: a small concurrent program to be traced.
package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"wordcount/count"
)

var defaultTexts = []string{
	"the quick brown fox jumps over the lazy dog",
	"to be or not to be that is the question",
	"all work and no play makes a dull boy",
	"a rose is a rose is a rose",
}

func main() {
	texts := os.Args[1:]
	if len(texts) == 0 {
		texts = defaultTexts
	}
	store := openStore()
	totals := count.All(texts, 3)
	for _, word := range count.Top(totals, 5) {
		store.put(word, totals[word])
	}
	fmt.Print(store.render())
}

type store struct {
	words []string
	count map[string]int
}

func openStore() *store {
	time.Sleep(5 * time.Millisecond) // as if it dialled somewhere
	return &store{count: map[string]int{}}
}

func (s *store) put(word string, n int) {
	s.words = append(s.words, word)
	s.count[word] = n
}

func (s *store) render() string {
	var b strings.Builder
	each(s.words, func(word string) {
		fmt.Fprintf(&b, "%-8s %d\n", word, s.count[word])
	})
	return b.String()
}

func each[T any](items []T, do func(T)) {
	for _, item := range items {
		do(item)
	}
}
