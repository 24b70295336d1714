package main

import "fmt"

type number interface{ ~int | ~float64 }

type list[T any] struct{ items []T }

func (l *list[T]) each(f func(T)) { for _, x := range l.items { f(x) } }
func (*list[_]) blank() string { return "blank" }

func mapAll[T, U any](in []T, f func(T) U) (out []U) {
	for _, x := range in { out = append(out, func() U { return f(x) }()) }
	return
}

func sum[
	N number,
](ns ...N) (total N) { c := make(chan N); for _, n := range ns { go func(n N) { c <- n }(n); total += <-c }; return }

func generics() {
	l := &list[int]{[]int{1, 2, 3}}
	l.each(func(n int) { say("each %d", n) })
	say("%v %v %v %s", mapAll[int, string](l.items, func(n int) string { return fmt.Sprint(n, "!") }), sum(1, 2), sum[float64](.5, 1), l.blank())
}
