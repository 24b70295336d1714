import { expect, test } from "vitest";
import { foldedSize, renderFolded } from "../../src/export/folded.js";
import { jsonSize, renderJson } from "../../src/render/tree/json.js";
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

test("the size that is told before is that of what is written, about", () => {
  const calls = Array.from({ length: 300 }, (_, i) => `${i + 1} g1 { example.com/a/package.f${i}\n ${i + 1.7} g1 }`);
  const forest = grow(`0 g1 { main.main\n ${calls.join("\n")}\n 400 g1 }`);
  for (const options of [{}, { top: 40 }]) {
    const [folded, json] = [renderFolded(forest, options), renderJson(forest, options)].map(
      (text) => [...text].join("").length,
    );
    const said = [foldedSize(forest, options), jsonSize(forest, options)];
    expect(Math.abs(said[0].bytes / folded - 1)).toBeLessThan(0.1);
    expect(Math.abs(said[1].bytes / json - 1)).toBeLessThan(0.1);
    expect(said).toMatchObject([{ lines: options.top ? 40 : 301 }, { nodes: options.top ? 40 : 301 }]);
  }
});
