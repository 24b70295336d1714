import { expect, test } from "vitest";
import { renderJson } from "../../src/render/tree/json.js";
import { grow } from "../calltree/script.js";

const script = `
  0    g1 { main.main
  1    g1 { main.fails
  3    g1 } panic
  4    g1 { main.fails
  6    g1 }
  10   g1 go g2
  11   g1 go g3
  12   g2 { main.worker
  14   g2 }
  15   g3 { main.worker
  17   g4<g1 { lib.f
  18   g4 }
  100  g1 }`;

const json = (options = {}, build = {}) => JSON.parse([...renderJson(grow(script, build), options)].join(""));

test("nested calls with the fields of issue and more", () => {
  const place = (line: number) => ({ file: "main.go", line });
  const worker = { name: "main.worker", duration_ms: 0.087, self_ms: 0.087, start_ms: 0.012, calls: 2, goroutines: 2 };
  expect(json({ sort: "start" })).toEqual([
    {
      name: "main.main",
      duration_ms: 0.1,
      self_ms: 0.096,
      start_ms: 0,
      calls: 1,
      goroutine: 1,
      ...place(1),
      recovered: true,
      children: [
        {
          ...{ name: "main.fails", duration_ms: 0.004, self_ms: 0.004, start_ms: 0.001, calls: 2 },
          ...{ ...place(2), end: "panic", ends: { panic: 1 }, children: [] },
        },
        {
          ...{ ...worker, spawn: "exact", go: "main.go:3", ...place(4) },
          ...{ end: "running", ends: { running: 1 }, children: [] },
        },
        {
          ...{ name: "lib.f", duration_ms: 0.001, self_ms: 0.001, start_ms: 0.017, calls: 1, goroutine: 4 },
          ...{ spawn: "approximate", ...place(5), children: [] },
        },
      ],
    },
  ]);
});

test("unmerged, every goroutine has its id and every call its end", () => {
  const [main] = json({ sort: "start" }, { noMerge: true });
  expect(main.children.map(({ name, goroutine, end }: Record<string, unknown>) => [name, goroutine, end])).toEqual([
    ["main.fails", undefined, "panic"],
    ["main.fails", undefined, undefined],
    ["main.worker", 2, undefined],
    ["main.worker", 3, "running"],
    ["lib.f", 4, undefined],
  ]);
});

test("nothing recorded is an empty array", () => {
  expect([...renderJson({ functions: [], processes: [] })].join("")).toBe("[\n]\n");
});

test("the most that tracing may have added stands beside the duration, where it is known", () => {
  const header = { numbers: { hookInner: 5n * 1024n, hookOuter: 7n * 1024n } };
  const forest = grow("0 g1 { main.main\n 1 g1 { main.tiny\n 1.03 g1 }\n 10 g1 }", {}, { header });
  const [main] = JSON.parse([...renderJson(forest)].join(""));
  expect(main).toMatchObject({ duration_ms: 0.01, tracing_max_ms: 0.000068 });
  expect(main).not.toHaveProperty("distorted");
  expect(main.children[0]).toMatchObject({ duration_ms: 0.00003, tracing_max_ms: 0.00002, distorted: true });
});
