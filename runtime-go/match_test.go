package rt_test

import (
	"math/rand"
	"regexp"
	"testing"

	rt "gotrace.internal/rt"
)

var names = []string{
	"main.main", "codec.Encode", "example.com/a/codec.(*Writer).Write", "example.com/a/codec.(*Writer).Write.func1",
	"main.größe[...]", "api.(*Server).ServeHTTP", "", "aaab", "ab", "abab", "a.b", "x-y_z 9",
}

// TestMatches compares with package regexp: chosen patterns, and random ones of the
// same pieces.
func TestMatches(t *testing.T) {
	patterns := []string{
		`codec\.`, `^main\.`, `\)\.Write$`, `codec|api`, `^(main|api)\.`, `\(\*Server\)`, `[A-Z][a-z]+HTTP`, `func\d+$`,
		`^$`, ``, `a{3}b`, `a{2,}`, `^a{1,2}b`, `(?:ab){2}`, `^(ab)*$`, `^(a|b)+?$`, `[^a-z]`, `[]x]`, `[-z]`, `[\d_-]`, `\w\W\w`, `a{,2}`,
		`^a{0}b`, `^a{0,2}$`, `(a{2}){0,3}b`, `{`, `a{`, `a{1`, `.ö.`, `\.\.\.`, `[.*+]`, `x*`, `(|a)b`, `\s`, `\S\s\S`,
	}
	pieces := []string{"a", "b", ".", "a*", "b+", "(a|b)", "[ab]", "[^a]", "?", "*", "{2}", "{1,3}", "{0,1}", "|", "^", "$", `\.`, `\w`, "main", "(", ")", "[", "(?:ab)", `\d`}
	random := rand.New(rand.NewSource(1))
	for i := 0; i < 6000; i++ {
		p := ""
		for n := random.Intn(7); n >= 0; n-- {
			p += pieces[random.Intn(len(pieces))]
		}
		patterns = append(patterns, p)
	}
	compared := 0
	for _, p := range patterns {
		re, err := regexp.Compile(p)
		if err != nil || !rt.IsPattern(p) {
			continue
		}
		compared++
		for _, name := range names {
			if got, want := rt.Matches(p, name), re.MatchString(name); got != want {
				t.Fatalf("%q in %q: %v, want %v", p, name, got, want)
			}
		}
	}
	if compared < 1500 {
		t.Errorf("only %d patterns of %d", compared, len(patterns))
	}
	for _, p := range []string{"(", ")", "[", "[a", "a)", "(?i)a", `\p{L}`, `\b`, "*", "a{1000}", "[[:alpha:]]", "[b-a]", `a\`, "((((((((", "a**b("} {
		if rt.IsPattern(p) {
			t.Errorf("%q is a pattern", p)
		}
	}
	for _, p := range patterns[:35] {
		if !rt.IsPattern(p) && p != "a{,2}" {
			t.Errorf("%q is no pattern", p)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]uint64{
		"10us": 10000, "10µs": 10000, "1.5ms": 1500000, "30s": 30e9, "2m": 120e9, "1h": 3600e9, "7ns": 7,
		"": 0, "10": 0, "s": 0, "1x": 0, "-1s": 0, "1.s": 0, "256MiB": 0, "99999999999999999h": 0,
	} {
		if got := rt.DurationOf(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}
