/** Goroutines that untraced code starts: their parents are known along the whole chain, and from the names of tests. */
import { expect, test } from "vitest";
import { grow, outline } from "./script.js";

/** The names in the tree, with the marks of their edges. */
const shape = (script: string) =>
  outline(grow(script))
    .split("\n")
    .map((line) => line.replace(/ \d+ [\d.]+\/[\d.]+/, ""));

test("a chain of untraced goroutines leads to the frame that was open", () => {
  expect(
    shape(`
      0  g10<g1=TestServer { p.TestServer
      10 g13<g12 { p.handler
      11 g13 parent g12 g11
      12 g13 parent g11 g10
      20 g13 }
      30 g10 }`),
  ).toEqual(["go~ p.TestServer", "  go~ p.handler"]);
});

test("where a link of the chain is missing, or the chain is a circle, nothing is known", () => {
  const roots = ["go~ p.TestServer", "go~ p.handler"];
  const script = (facts: string) => `
      0  g10<g1=TestServer { p.TestServer
      10 g13<g12 { p.handler
      ${facts}
      20 g13 }
      30 g10 }`;
  expect(shape(script("11 g13 parent g11 g10"))).toEqual(roots);
  expect(shape(script("11 g13 parent g12 g11\n 12 g13 parent g11 g12"))).toEqual(roots);
});

test("a goroutine without an open frame hands on to what it hangs under itself", () => {
  expect(
    shape(`
      0  g1 { p.main
      10 g5<g1 { p.accept
      11 g5 }
      20 g6<g5 { p.handler
      30 g6 }
      40 g1 }`),
  ).toEqual(["p.main", "  go~ p.accept", "  go~ p.handler"]);
});

test("while parallel subtests may run, the test's server is the test's; when its g has another goroutine, nobody's", () => {
  expect(
    shape(`
      0  g10<g1=TestA { p.TestA
      5  g11<g10=TestA/x { p.TestA.func1
      10 g10 }
      20 g13<g10 { p.handler
      21 g13 }
      30 g11 }
      40 g20@10<g1=TestB { p.TestB
      50 g21<g10 { p.handler
      51 g21 }
      60 g20 }`),
  ).toEqual(["go~ p.TestA", "  go~ p.TestA.func1", "  go~ p.handler", "go~ p.TestB", "go~ p.handler"]);
});
