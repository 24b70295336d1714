import { expect, it } from "vitest";
import { hooks, instrument, short } from "./helpers.js";

const why = "inlined";
const places = (...list: string[]) => ({ ...hooks, omitted: Object.fromEntries(list.map((place) => [place, why])) });
const namesLeft = (source: string, ...list: string[]) =>
  instrument(source, places(...list)).skipped.map(({ name, reason }) => `${name}: ${reason}`);

it("leaves out functions, methods and literals by the places that the compiler names, in bytes", () => {
  const source = `package p
func (s *Set) Len() int { return 0 }; func /* ä€😀 */ plain() {}
func outer() { each("ä€😀", func() {}, func() { func() {}() }) }
`;
  expect(namesLeft(source, "2:6", "2:60", "3:34", "3:54")).toEqual(
    ["(*Set).Len", "plain", "outer.func1", "outer.func2.1"].map((name) => `${name}: ${why}`),
  );
  expect(short(instrument(source, places("2:6", "2:60", "3:34", "3:54")).text)).toBe(`package p‹import›
func (s *Set) Len() int { return 0 }; func /* ä€😀 */ plain() {}
func outer() {‹enter 0› each("ä€😀", func() {}, func() {‹enter 1› func() {}() }) }
‹table 2›`);
});

it("keeps what Go, testing or a go statement calls", () => {
  const source = `package p
func main() { go func() {}(); go run(func() {}) }
func init() {}
func TestX(t *testing.T) { t.Run("a", func(t *testing.T) {}) }
func ExampleX() {}
func run(f func()) {}
`;
  const all = ["2:6", "2:18", "2:38", "3:6", "4:6", "4:39", "5:6", "6:6"];
  expect(namesLeft(source, ...all)).toEqual([`main.func2: ${why}`, `run: ${why}`]);
});

it("relies on no place in a file whose line directives give it others", () => {
  expect(namesLeft("package p\n//line x.y:1\nfunc f() {}\nfunc g() {}\n", "3:6", "4:6")).toEqual([]);
});
