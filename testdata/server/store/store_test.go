package store

import (
	"fmt"
	"testing"
)

func BenchmarkPut(b *testing.B) {
	s := New()
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			s.Put(fmt.Sprint(i%100), i)
		}
	})
}
