package count

import (
	"fmt"
	"testing"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{{"a b a", 2}, {"", 0}, {"one  two", 2}} {
		t.Run(fmt.Sprintf("%q", c.text), func(t *testing.T) {
			if got := len(Words(c.text)); got != c.want {
				t.Errorf("Words(%q) has %d words, want %d", c.text, got, c.want)
			}
		})
	}
}

func TestAll(t *testing.T) {
	t.Parallel()
	if got := All([]string{"a b", "b"}, 2)["b"]; got != 2 {
		t.Errorf("b counted %d times, want 2", got)
	}
}

func BenchmarkWords(b *testing.B) {
	for i := 0; i < b.N; i++ {
		Words("the quick brown fox")
	}
}

func FuzzWords(f *testing.F) {
	f.Add("a b")
	f.Fuzz(func(t *testing.T, text string) { Words(text) })
}

func ExampleTop() {
	fmt.Println(Top(map[string]int{"a": 1, "b": 2}, 1))
	// Output: [b]
}
