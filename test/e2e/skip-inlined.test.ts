import { describe, expect, it } from "vitest";
import { filesOn, gotrace } from "./support.js";

const source = `package main

import "sort"

type byLength []string

func (b byLength) Len() int           { return len(b) }
func (b byLength) Less(i, j int) bool { return len(b[i]) < len(b[j]) }
func (b byLength) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }

func ordered(words []string) []string {
	defer func() {}()
	sort.Sort(byLength(words))
	return words
}

func double(n int) int { return n * 2 }

// Too large to be inlined, by little.
func middling(s []int) (sum int) {
	for i, v := range s {
		if v > 3 {
			sum += double(v)*i + len(s) - v*v
		} else if v < -3 {
			sum -= v*i + len(s) + v*v*v - i + sum*v - v/3 + i/5
		} else {
			sum ^= v + i*i*i - v*v - len(s) + sum*i + v/7 - i/3
		}
	}
	return sum
}

func main() {
	done := make(chan int)
	go func() { done <- middling([]int{1, 5}) }()
	println(<-done, ordered([]string{"aaa", "b"})[0])
}
`;
const test = `package main

import "testing"

func TestDouble(t *testing.T) {
	t.Run("two", func(t *testing.T) { check(t, double(2)) })
}

func check(t *testing.T, n int) {
	if n != 4 {
		t.Error(n)
	}
}
`;
const module = filesOn({ "go.mod": "module m\n\ngo 1.21\n", "main.go": source, "main_test.go": test });
const names = (tree: string) => [...new Set(tree.match(/\bm(?:ain)?\.[\w.*()]+/g))].sort();

describe("--skip-inlined", () => {
  it("leaves out what the compiler inlines, and says how many", () => {
    const { code, stdout } = gotrace(["run", "--skip-inlined", "."], { cwd: module });
    expect(names(stdout)).toEqual(["main.main", "main.main.func1", "main.middling", "main.ordered"]);
    expect(stdout).toContain("not traced: 5 functions: inlined by the compiler (--skip-inlined)");
    expect(code).toBe(0);
  });

  it("leaves out what is little larger, and keeps to the user's own -gcflags", () => {
    const larger = gotrace(["run", "--skip-inlined=200", "."], { cwd: module });
    expect(names(larger.stdout)).toEqual(["main.main", "main.main.func1", "main.ordered"]);
    expect(larger.stdout).toContain("not traced: 1 function: small: costs at most 200 (--skip-inlined=200)");
    const off = gotrace(["run", "--skip-inlined", "-gcflags=-l", "."], { cwd: module });
    expect(names(off.stdout)).toContain("main.double");
    expect(off.stdout).not.toContain("not traced");
    const wrong = gotrace(["run", "--skip-inlined=4", "."], { cwd: module });
    expect(wrong.stderr).toContain('--skip-inlined: "4" is not valid');
    expect(wrong.code).toBe(64);
  });

  it("knows tests, with coverage too", () => {
    const { code, stdout } = gotrace(["test", "--skip-inlined", "-cover", "."], { cwd: module });
    expect(names(stdout)).toEqual(["m.TestDouble", "m.TestDouble.func1", "m.check"]);
    expect(stdout).toMatch(/coverage: [\d.]+% of statements/);
    expect(code).toBe(0);
  });
});
