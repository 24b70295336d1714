import { expect, test } from "vitest";
import {
  type GoroutineTimelines,
  readRecording,
  TimelineCollector,
  type TimelineLimits,
  type TimelineTree,
} from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { scripted } from "./script.js";

/** The goroutines: number, start function, from and to in microseconds, calls, and the calls that were kept. */
function lives(script: string, limits: TimelineLimits): { lives: GoroutineTimelines; lines: string[] } {
  const recording = readRecording(memorySource(scripted(script)));
  const collector = new TimelineCollector(limits);
  recording.visit(collector);
  const result = collector.timelines(0);
  const { functions, processes } = recording.forest;
  const name = (node: number) => functions[processes[0].tree.func[node]].name;
  const lines: string[] = [];
  const visit = ({ timeline: life, below }: TimelineTree, depth: number) => {
    const spans = life.spans.map(
      ({ node, start, end, level }) => `${".".repeat(level)}${name(node)} ${start / 1e3}-${end / 1e3}`,
    );
    lines.push(
      `${"  ".repeat(depth)}g${life.goid} ${name(life.node)} ${life.start / 1e3}-${life.end / 1e3} ${life.calls}: ${spans.join(", ")}`,
    );
    for (const each of below) visit(each, depth + 1);
  };
  for (const root of result.roots) visit(root, 0);
  return { lives: result, lines };
}

const program = `
  0   g1 { main.main
  10  g1 go g2
  11  g1 go g3
  12  g2 { main.worker
  13  g2 { main.step
  20  g2 }
  21  g2 { main.step
  22  g2 }
  30  g2 go g4
  40  g2 }
  50  g3 { main.short
  51  g3 }
  60  g4 { main.long
  160 g4 }
  200 g1 }`;

test("goroutines stand under those that started them, with their calls in order", () => {
  const { lives: result, lines } = lives(program, { goroutines: 10, spans: 100 });
  expect(lines).toEqual([
    "g1 main.main 0-200 1: main.main 0-200",
    "  g2 main.worker 12-40 3: main.worker 12-40, .main.step 13-20, .main.step 21-22",
    "    g4 main.long 60-160 1: main.long 60-160",
    "  g3 main.short 50-51 1: main.short 50-51",
  ]);
  expect(result).toMatchObject({ kept: 4, hidden: 0, shortest: 0 });
});

test("the longest lives are kept, with those that led to them, and the rest is counted", () => {
  const { lives: result, lines } = lives(program, { goroutines: 3, spans: 100 });
  expect(lines.map((line) => line.trim().slice(0, 2))).toEqual(["g1", "g2", "g4"]);
  expect(result).toMatchObject({ kept: 3, hidden: 1 });
  // There is no room for the goroutine that started the second longest, so another one is shown in its place.
  expect(lives(program, { goroutines: 2, spans: 100 }).lines.map((line) => line.trim().slice(0, 2))).toEqual([
    "g1",
    "g2",
  ]);
});

test("of many calls the longest are kept, and it is said how short the others were", () => {
  const { lives: result, lines } = lives(program, { goroutines: 10, spans: 3 });
  expect(result.shortest).toBe(28_000);
  expect(lines).toEqual([
    "g1 main.main 0-200 1: main.main 0-200",
    "  g2 main.worker 12-40 3: main.worker 12-40",
    "    g4 main.long 60-160 1: main.long 60-160",
    "  g3 main.short 50-51 1: ",
  ]);
});

test("what is remembered during the walk does not grow with the number of goroutines or calls", () => {
  const lines = ["0 g1 { main.main"];
  for (let i = 0; i < 2000; i++) {
    const at = 1 + i * 10;
    lines.push(`${at} g1 go g${i + 2}`, `${at + 1} g${i + 2}@2 { main.worker`, `${at + 2 + (i % 7)} g${i + 2} }`);
  }
  lines.push("30000 g1 }");
  const { lives: result, lines: shown } = lives(lines.join("\n"), { goroutines: 5, spans: 20 });
  expect(result).toMatchObject({ kept: 5, hidden: 1996 });
  expect(shown[0]).toBe("g1 main.main 0-30000 1: main.main 0-30000");
  expect(shown.slice(1).every((line) => /main\.worker \d+-\d+ 1/.test(line))).toBe(true);
  const lengths = result.roots[0].below.map(({ timeline: life }) => life.end - life.start);
  expect(lengths).toEqual([7000, 7000, 7000, 7000]);
});

test("goroutines that each start the next: those from the first on that there is room for", () => {
  const length = 50_000;
  const lines = Array.from(
    { length },
    (_, n) => `${2 * n} g${n + 1} { main.chain\n${2 * n + 1} g${n + 1} go g${n + 2}`,
  );
  const ends = Array.from({ length }, (_, n) => `${2 * length + length - n} g${length - n} }`);
  const { lives: result, lines: shown } = lives([...lines, ...ends.reverse()].join("\n"), {
    goroutines: 2000,
    spans: 10,
  });
  expect(result).toMatchObject({ kept: 2000, hidden: length - 2000 });
  expect(shown[1999]).toMatch(/^ {3998}g2000 main\.chain /);
});
