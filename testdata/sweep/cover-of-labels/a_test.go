package labels_test

import (
	"testing"

	"sweep/cover-of-labels"
)

func TestCount(t *testing.T) {
	if got := labels.Count(2); got != 7 {
		t.Error(got)
	}
}

func FuzzCount(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, n int) { _ = labels.Count(n % 3) })
}

func BenchmarkCount(b *testing.B) {
	for i := 0; i < b.N; i++ {
		labels.Count(1)
	}
}

func ExampleCount() {
	println(labels.Count(0))
	// Output:
}
