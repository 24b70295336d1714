import { expect, test } from "vitest";
import { readRecording } from "../../src/calltree/index.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { grow, outline, scripted } from "./script.js";

test("equal siblings are one node; time of callees is not self time", () => {
  const forest = grow(`
    0   g1 { main.main
    10  g1 { main.step
    20  g1 }
    30  g1 { main.step
    35  g1 { main.leaf
    45  g1 }
    50  g1 }
    100 g1 }`);
  expect(outline(forest)).toBe(`main.main 1 100/70
  main.step 2 30/20
    main.leaf 1 10/10`);
  expect(forest.processes[0]).toMatchObject({ events: 8, goroutines: 1, total: 100_000, atLeast: false });
});

test("a goroutine hangs under the frame that was open at its go statement, and takes nothing from it", () => {
  const forest = grow(`
    0   g1 { main.main
    10  g1 { main.start
    15  g1 go g2
    20  g1 }
    25  g1 { main.other
    30  g2 { main.worker
    80  g2 }
    90  g1 }
    100 g1 }`);
  expect(outline(forest)).toBe(`main.main 1 100/25
  main.start 1 10/10
    go main.worker 1 50/50
  main.other 1 65/65`);
  const { tree } = forest.processes[0];
  expect(forest.functions[tree.goStatement[3]]).toMatchObject({ name: "main.main", file: "main.go" });
});

test("a child whose slot has an older chunk than its parent waits for the spawn record", () => {
  const forest = grow(
    `
    0   g1 { main.main
    1   g1 go g2
    2   g2 { main.first
    3   g2 }
    ${Array.from({ length: 30 }, (_, i) => `${10 + i} g1 { main.f\n ${10.5 + i} g1 }`).join("\n")}
    60  g1 { main.later
    61  g1 go g3
    70  g3@2 { main.second
    71  g3 go g4
    75  g3 }
    76  g4@9 { main.third
    77  g4 }
    80  g1 }
    90  g1 }`,
    {},
    { chunkMin: 128, chunkMax: 128 },
  );
  expect(outline(forest)).toBe(`main.main 1 90/55
  go main.first 1 1/1
  main.f 30 15/15
  main.later 1 20/20
    go main.second 1 5/5
      go main.third 1 1/1`);
});

test("calls that were entered late, after a pause, are calls whose times are lower bounds", () => {
  const recording = readRecording(
    memorySource(
      scripted(`
    0   g1 { main.main
    10  g1 late main.serve
    10  g1 late main.handle
    20  g1 { main.query
    30  g1 }
    40  g1 }
    50  g1 }
    60  g1 { main.serve
    70  g1 }
    80  g1 }`),
    ),
  );
  const { forest } = recording;
  expect(outline(forest)).toBe(
    ["main.main 1 80/30", "  main.serve 2 50/20", "    main.handle 1 30/20", "      main.query 1 10/10"].join("\n"),
  );
  expect([...forest.processes[0].tree.earlier]).toEqual([
    [2, 1],
    [3, 1],
  ]);
  const late: boolean[] = [];
  recording.visit({ exit: (...values) => void late.push(values[8]) });
  expect(late).toEqual([false, true, true, false, false]);
});

test("without a spawn record the innermost enclosing function is the parent, else the innermost frame", () => {
  const forest = grow(`
    0   g1 { main.main
    10  g1 { main.run
    20  g1 { main.deep
    30  g2<g1 { main.run.func1
    40  g2 }
    41  g3<g1 { lib.callback
    42  g3 }
    50  g1 }
    60  g1 }
    100 g1 }
    120 g4<g1 { main.late
    130 g4 }
    131 g5<g77 { main.orphan
    132 g5 }`);
  expect(outline(forest)).toBe(`main.main 1 100/50
  main.run 1 50/20
    main.deep 1 30/30
      go~ lib.callback 1 1/1
    go~ main.run.func1 1 10/10
go~ main.late 1 10/10
go~ main.orphan 1 1/1`);
});

test("the token of an untraced goroutine's starter marks the edge as indirect", () => {
  const bytes = scripted(`
    0   g1 { main.main
    10  g1 go g2
    30  g2 { main.worker
    40  g2 }
    50  g1 }`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  // The begin record of g2 is the first of its chunk; its parent becomes a goroutine that has no events.
  const begin = 4096 + 128 + 32;
  expect(view.getUint16(begin + 6, true)).toBe(2);
  view.setUint16(begin + 12, 99, true);
  expect(outline(buildForest(memorySource(bytes)))).toBe(`main.main 1 50/50
  go? main.worker 1 10/10`);
});

test("panic, recover, Goexit, and frames that never return", () => {
  const forest = grow(`
    0   g1 { main.main
    10  g1 { main.safe
    20  g1 { main.fails
    30  g1 } panic
    35  g1 }
    36  g1 go g2
    40  g2 { main.worker
    45  g2 } goexit
    50  g1 { main.stuck
    60  g1 { main.wait`);
  expect(outline(forest)).toBe(`main.main 1 60/25 running:1
  main.safe 1 25/15 recovered:1
    main.fails 1 10/10 panic:1
  go main.worker 1 5/5 goexit:1
  main.stuck 1 10/10 running:1
    main.wait 1 0/0 running:1`);
  expect(forest.processes[0].atLeast).toBe(true);
});

test("who returns after a panic of its own has recovered it", () => {
  const forest = grow(`
    0   g1 { main.main
    10  g1 { main.panics
    20  g1 { main.panics.func1
    30  g1 } deferred
    40  g1 }
    50  g1 { main.lets
    55  g1 { main.cleanup
    60  g1 } deferred
    65  g1 } panic
    100 g1 }`);
  expect(outline(forest)).toBe(`main.main 1 100/55 recovered:1
  main.panics 1 30/20 recovered:1
    main.panics.func1 1 10/10
  main.lets 1 15/10 panic:1
    main.cleanup 1 5/5`);
});

test("panics within deferred calls are told from those that run them", () => {
  // nested and fails are called while the panic of outer runs nested; both fail and recover.
  const forest = grow(`
    0   g1 { main.outer
    10  g1 { main.nested
    20  g1 { main.plain
    25  g1 } deferred
    30  g1 { main.fails
    35  g1 { main.fails.func1
    40  g1 } deferred 2
    45  g1 } deferred
    50  g1 { main.throws
    55  g1 } panic 1
    60  g1 } deferred
    100 g1 }`);
  expect(outline(forest)).toBe(`main.outer 1 100/50 recovered:1
  main.nested 1 50/25 recovered:1
    main.plain 1 5/5
    main.fails 1 15/10 recovered:1
      main.fails.func1 1 5/5
    main.throws 1 5/5 panic:1`);
});

test("open frames last until the process ended, if somebody saw that", () => {
  const script = `
    0   g1 { main.main
    10  g1 go g2
    15  g2 { main.server
    20  g1 { main.wait`;
  const header = (numbers: { [name: string]: bigint }) => ({ header: { numbers } });
  const ended = grow(script, {}, header({ endNano: 5_000_000n + 100_000n, exit: 1n }));
  expect(outline(ended)).toBe(`main.main 1 100/20 running:1
  go main.server 1 85/85 running:1
  main.wait 1 80/80 running:1`);
  expect(ended.processes[0]).toMatchObject({ atLeast: false, total: 100_000 });
  const lastSeen = grow(script, {}, header({ endNano: 5_000_000n + 100_000n }));
  expect(lastSeen.processes[0]).toMatchObject({ atLeast: true, total: 100_000 });
  const stopped = grow(script, {}, header({ endNano: 5_900_000n, stopReason: 1n, stopTicks: 1_000_000n + 50_000n }));
  expect(outline(stopped).split("\n")[0]).toBe("main.main 1 50/20 running:1");
  expect(stopped.processes[0].atLeast).toBe(true);
  // After main.main has returned, nothing is waited for.
  const returned = grow(`${script}\n 30 g1 }\n 40 g1 }`, {}, header({ endNano: 5_900_000n }));
  expect(outline(returned)).toContain("go main.server 1 25/25 running:1");
});

test("recursion is one node a level, down to the limit", () => {
  const depth = 1000;
  const lines = ["0 g1 { main.main"];
  for (let i = 1; i <= depth; i++) lines.push(`${i} g1 { main.rec`);
  for (let i = 1; i <= depth; i++) lines.push(`${depth + i} g1 }`);
  lines.push(`${2 * depth + 1} g1 }`);
  const { tree, total } = grow(lines.join("\n")).processes[0];
  expect(tree.size).toBe(401);
  expect(tree.calls[400]).toBe(depth - 398);
  expect(tree.self.reduce((sum, self) => sum + self, 0)).toBe(total);
  expect(tree.total[399]).toBe(tree.self[399] + tree.total[400]);
});

test("the main goroutine's init functions and main.main are roots side by side", () => {
  const forest = grow(`
    0  g1 { main.init.0
    1  g1 }
    5  g1 { main.main
    10 g1 }`);
  expect(outline(forest)).toBe("main.init.0 1 1/1\nmain.main 1 5/5");
});

test("goroutines are counted by node", () => {
  const forest = grow(`
    0  g1 { main.main
    1  g1 go g2
    2  g1 go g3
    3  g2 { main.w
    4  g2 }
    5  g3 { main.w
    6  g3 }
    7  g3 { main.w
    8  g3 }
    9  g1 }`);
  const { tree } = forest.processes[0];
  expect([tree.calls[2], tree.goroutines.get(2), tree.goids.get(2)]).toEqual([3, 2, 3]);
});

test("a goroutine with several outermost functions counts once at each, whatever others do meanwhile", () => {
  const turns = Array.from({ length: 40 }, (_, i) => {
    const name = `main.${i % 2 === 0 ? "a" : "b"}`;
    return [3, 2].map((g, at) => `${4 * i + at + 2} g${g} { ${name}\n${4 * i + at + 2.5} g${g} }`).join("\n");
  });
  const script = `
    0  g1 { main.main
    1  g1 go g2
    1  g1 go g3
    ${turns.join("\n")}
    900  g1 }`;
  for (const chunkMax of [128, 4096]) {
    const { functions, processes } = grow(script, {}, { chunkMax });
    const [{ tree }] = processes;
    const counts = [2, 3].map((node) => [
      functions[tree.func[node]].name,
      tree.goroutines.get(node),
      tree.goids.get(node),
    ]);
    expect(counts).toEqual([
      ["main.a", 2, 3],
      ["main.b", 2, 3],
    ]);
  }
});

test("functions of several processes have one number", () => {
  const one = scripted("0 g1 { main.main\n 5 g1 }");
  const two = scripted("0 g1 { main.init.0\n 1 g1 }\n 2 g1 { main.main\n 5 g1 }");
  const both = new Uint8Array(one.length + two.length);
  both.set(one);
  both.set(two, one.length);
  const { functions, processes } = buildForest(memorySource(both));
  expect(functions.map(({ name }) => name)).toEqual(["main.main", "main.init.0", "main.main"]);
  expect(processes.map(({ tree }) => [...tree.func])).toEqual([
    [-1, 0],
    [-1, 1, 2],
  ]);
  const again = new Uint8Array(one.length * 2);
  again.set(one);
  again.set(one, one.length);
  expect(buildForest(memorySource(again)).functions).toHaveLength(1);
});

test("calls on paths beyond the limit are counted by function, none is lost", () => {
  const script = `
    0   g1 { main.main
    10  g1 { main.a
    20  g1 { main.b
    30  g1 { main.c
    35  g1 }
    40  g1 { main.a
    45  g1 }
    50  g1 }
    60  g1 { main.c
    65  g1 }
    70  g1 }
    75  g1 { main.a
    80  g1 }
    100 g1 }`;
  for (const noMerge of [false, true]) {
    const forest = grow(script, { pathLimit: 3, noMerge });
    const [{ tree }] = forest.processes;
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    expect(sum(tree.self)).toBe(100_000);
    expect(sum(tree.calls) - tree.calls[tree.others]).toBe(7);
  }
  expect(outline(grow(script, { pathLimit: 3 }))).toBe(`main.main 1 100/35
  main.a 2 65/30
[other call paths] 4 35/0
  main.b 1 20/20
  main.c 2 10/10
  main.a 1 5/5`);
});
