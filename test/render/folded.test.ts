import { expect, test } from "vitest";
import { renderFolded } from "../../src/render/index.js";
import { grow } from "../calltree/script.js";

const forest = grow(`
  0      g1 { main.main
  1      g1 { main.b
  1.3    g1 }
  2      g1 { main.a;x
  2.0004 g1 }
  3      g1 go g2
  4      g2 { main.a
  9      g2 }
  2000   g1 }`);

const folded = (options = {}) => [...renderFolded(forest, options)].join("");

test("one line a path with self time in nanoseconds, by path", () => {
  expect(folded()).toBe(`main.main 1999700
main.main;main.a 5000
main.main;main.b 300
`);
});

test("what took time weighs at least 1 in any unit", () => {
  expect(folded({ unit: "us" })).toBe("main.main 2000\nmain.main;main.a 5\nmain.main;main.b 1\n");
  expect(folded({ unit: "ms" })).toBe("main.main 2\nmain.main;main.a 1\nmain.main;main.b 1\n");
});

test("calls count everything, semicolons in names do not split frames", () => {
  expect(folded({ unit: "calls" })).toBe("main.main 1\nmain.main;main.a 1\nmain.main;main.a:x 1\nmain.main;main.b 1\n");
});
