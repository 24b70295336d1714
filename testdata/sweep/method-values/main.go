package main

import "fmt"

type I interface{ M(...int) int }
type T struct{ n int }

func (t T) M(a ...int) int   { return t.n + len(a) }
func (t *T) P(a ...int) int  { t.n++; return t.n }
func apply(f func(...int) int, a ...int) int { return f(a...) }

type E struct {
	I
	*T
}

func (E) M(a ...int) int { return 100 }

type fn func(fn, int) int

func main() {
	t := T{1}
	e := E{t, &t}
	fmt.Println(t.M(1, 2), T.M(t, 3), (*T).P(&t), e.P(), e.I.M(), e.M(), apply(t.M, 1), apply(e.P), I.M(e, 1))
	var fact fn = func(f fn, n int) int {
		if n == 0 {
			return 1
		}
		return n * f(f, n-1)
	}
	fmt.Println(fact(fact, 5))
	a, _, err := func() (a, _ int, err error) { a = 1; return }()
	fmt.Println(a, err)
}
