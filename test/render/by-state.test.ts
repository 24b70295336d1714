/** Trees by the time in some states (`--by`): what they show, in which order, with which shares. */
import { expect, test } from "vitest";
import { partName, type Recording, readRecording, State, statesOfPart } from "../../src/calltree/index.js";
import { type JsonOptions, renderJson } from "../../src/render/tree/json.js";
import { renderTree, type TreeTextOptions } from "../../src/render/tree/tree.js";
import { scripted } from "../calltree/script.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const TRACE = `
  0   g1 { main.main
  0   g1 go g2
  10  g1 { main.long
  70  g1 }
  70  g1 { main.locked
  80  g1 { main.inner
  95  g1 }
  100 g1 }
  20  g2 { main.worker
  25  g2 { main.inner
  90  g2 }
  95  g2 }
  100 g1 }
`;
const STATES = `
  g1 20-25 lock
  g1 75-95 lock
  g1 95-100 channel
  g2 30-60 lock
  g2 60-90 runnable
`;

function read(script = TRACE, states = STATES): Recording {
  return readRecording(memorySource(scripted(script))).withStates(() => new ScriptedClock(states));
}

function tree(options: TreeTextOptions, recording = read()): string[] {
  const text = [...renderTree(recording.forest, options)].join("");
  return text
    .split("\n")
    .filter((line) => /main\.|p\.|TOTAL|time in|left out/.test(line))
    .map((line) => line.trim().replace(/(?<=\S) {2,}/g, "  "));
}

test("a tree by a state is sorted by its time, with shares of it, and without what has none", () => {
  expect(tree({ by: [State.lock] })).toEqual([
    "TOTAL: 100µs, lock on all goroutines: 55.0µs",
    "main.main  25.0µs  45.5%  70.0µs  5.00µs",
    "├── go main.worker  30.0µs  54.5%  15.0µs  30.0µs",
    "│  └── main.inner  30.0µs  54.5%  5.00µs  30.0µs",
    "├── main.locked  20.0µs  36.4%  5.00µs  5.00µs",
    "│  └── main.inner  15.0µs  27.3%",
    "└── main.long  5.00µs  9.1%  55.0µs",
  ]);
  expect(tree({ by: [State.runnable] }).slice(0, 4)).toEqual([
    "TOTAL: 100µs, runnable on all goroutines: 30.0µs",
    "main.main  0ns  0.0%  70.0µs  25.0µs  5.00µs",
    "└── go main.worker  30.0µs 100.0%  15.0µs  30.0µs",
    "└── main.inner  30.0µs 100.0%  5.00µs  30.0µs",
  ]);
  expect(tree({ by: [State.runnable] }).at(-1)).toBe("left out by --by: 3 lines with 3 calls");
});

test("limits go by the same time", () => {
  const names = (options: TreeTextOptions) =>
    tree(options).flatMap((line) => /main\.\w+/.exec(line)?.[0] ?? (line.startsWith("left") ? [line] : []));
  const [by, main] = [[State.lock], ["main.main"]];
  const worker = ["main.worker", "main.inner"];
  expect(names({ by, minimum: 20_000 })).toEqual([
    ...[...main, ...worker, "main.locked"],
    "left out by --by and --min: 2 lines with 2 calls",
  ]);
  expect(names({ by, minimumPercent: 50 }).slice(0, 3)).toEqual([...main, ...worker]);
  expect(names({ by, top: 1 }).slice(0, 2)).toEqual([...main, "main.worker"]);
  expect(names({ by, sort: "start" })).toEqual([
    ...[...main, "main.long"],
    ...worker,
    ...["main.locked", "main.inner"],
  ]);
});

test("a tree with few lines shows the paths and functions with most of it", () => {
  const calls = Array.from({ length: 60 }, (_, i) => `${i * 100} g1 { main.f${i % 30}\n${i * 100 + 99} g1 }\n`);
  // The later of two calls waits longer, most of all that of f7.
  const stays = Array.from({ length: 30 }, (_, i) => {
    const [at, length] = [(i + 30) * 100, i === 7 ? 90 : i + 1];
    return `g1 ${at}-${at + length} lock\n`;
  });
  const recording = read(`0 g1 { main.main\n${calls.join("")}6000 g1 }`, stays.join(""));
  const lines = tree({ by: [State.lock], lines: 10 }, recording);
  const names = lines.slice(1).map((line) => /main\.\w+/.exec(line)?.[0]);
  expect(names.slice(0, 4)).toEqual(["main.main", "main.f7", "main.f29", "main.f28"]);
  const at = lines.indexOf("Most self time in lock on all paths together");
  expect(names.slice(at, at + 3)).toEqual(["main.f7", "main.f29", "main.f28"]);
  expect(lines[at + 1]).toBe("90.0µs  16.5%  main.f7 ×2");
});

test("the whole of a test is what all its goroutines spent", () => {
  const recording = read(
    `
    0   g1 { p.TestA
    0   g1 go g2
    10  g2 { p.work
    60  g2 }
    100 g1 }
    100 g3 { p.TestB
    150 g3 }
  `,
    `
    g1 20-40 lock
    g2 20-50 lock
    g3 110-120 lock
  `,
  );
  expect(tree({ by: [State.lock], tests: true }, recording)).toEqual([
    "TOTAL: 150µs, lock on all goroutines: 60.0µs",
    "p.TestA  20.0µs  40.0%  80.0µs",
    "└── go p.work  30.0µs  60.0%  20.0µs",
    "p.TestB  10.0µs 100.0%  40.0µs",
  ]);
});

test("JSON has the same nodes", () => {
  const names = (options: JsonOptions) => {
    const list: string[] = [];
    JSON.parse([...renderJson(read().forest, options)].join(""), (key, value) => {
      if (key === "name") list.push(value);
      return value;
    });
    return list;
  };
  expect(names({ by: [State.runnable] })).toEqual(["main.main", "main.worker", "main.inner"]);
});

test("a part of several states has a name", () => {
  expect(partName([State.lock, State.wait])).toBe("lock+wait");
  const waits = statesOfPart("off-cpu")!;
  expect(partName(waits)).toBe("off-cpu");
  expect(waits).not.toContain(State.running);
  expect(waits).not.toContain(State.unknown);
  expect(statesOfPart("lokc")).toBeUndefined();
});
