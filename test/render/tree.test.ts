import { expect, test } from "vitest";
import { measureFor } from "../../src/render/style.js";
import { renderTree, type TreeTextOptions } from "../../src/render/tree/tree.js";
import { grow, scripted } from "../calltree/script.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const program = `
  0      g1 { main.main
  1      g1 { server.Start
  1.5    g1 { db.Connect
  413.5  g1 }
  414    g1 go g2
  415    g1 go g3
  416    g2 { main.worker
  516    g2 }
  517    g3 { main.worker
  650    g3 }
  900    g1 { server.loop
  901    g1 { server.handle
  905    g1 } panic
  910    g1 }
  1921   g1 }
  1922   g4<g1 { main.watch
  2310   g1 }`;

const text = (script: string, options?: TreeTextOptions) => [...renderTree(grow(script), options)].join("");

test("a tree with goroutines, a panic and a frame that never returned", () => {
  expect(text(program)).toBe(`TOTAL: 2.31ms

main.main                                 2.31ms 100.0%
├── server.Start                          1.92ms  83.1%
│   ├── db.Connect                         412µs  17.8%
│   ├── go main.worker ×2                  233µs  10.1%
│   └── server.loop [recovered]           10.0µs   0.4%
│       └── server.handle [panic]         4.00µs   0.2%
└── go~ main.watch [not returned] [idle]   388µs  16.8%

17 events, 4 goroutines
not returned when the process ended: 1 frame
left by panic: 1 frame
go~: a goroutine started by code that is not traced, shown under a frame of the goroutine that started it
[idle]: to the end in one frame with almost no call in it, as one that waits for work; stands last, with --all in its place
`);
});

test("marks for frames that were left otherwise than by returning", () => {
  const script = `
    0  g1 { main.main
    1  g1 { main.panics
    2  g1 { main.panics.func1
    3  g1 } deferred
    4  g1 }
    5  g1 go g2
    6  g2 { main.leaves
    7  g2 } goexit
    9  g1 }`;
  expect(text(script)).toBe(`TOTAL: 9.00µs

main.main                    9.00µs 100.0%
├── main.panics [recovered]  3.00µs  33.3%
│   └── main.panics.func1    1.00µs  11.1%
└── go main.leaves [goexit]  1.00µs  11.1%

9 events, 2 goroutines
left by runtime.Goexit: 1 frame
`);
});

test("loops are one line with a count", () => {
  const calls = Array.from({ length: 1200 }, (_, i) => `${i} g1 { main.f\n ${i + 0.5} g1 }`).join("\n");
  expect(text(`0 g1 { main.main\n ${calls}\n 1200 g1 }`)).toContain("└── main.f ×1,200          600µs  50.0%\n");
});

test("filters say what they left out", () => {
  expect(text(program, { depth: 2, minimum: 300_000 })).toBe(`TOTAL: 2.31ms

main.main                                 2.31ms 100.0%
├── server.Start                          1.92ms  83.1%
└── go~ main.watch [not returned] [idle]   388µs  16.8%

left out by --depth and --min: 4 lines with 5 calls

17 events, 4 goroutines
not returned when the process ended: 1 frame
left by panic: 1 frame
go~: a goroutine started by code that is not traced, shown under a frame of the goroutine that started it
[idle]: to the end in one frame with almost no call in it, as one that waits for work; stands last, with --all in its place
`);
});

test("what is left out is counted once, whether it was in the tree or not", () => {
  // 12 calls; the builder drops short ones without callees, the view hides the rest.
  const short = (at: number) => `${at} g1 { main.short\n ${at + 1} g1 { main.leaf\n ${at + 2} g1 }\n ${at + 3} g1 }`;
  const script = `0 g1 { main.main\n 10 g1 { main.long\n ${short(20)}\n ${short(30)}\n 80 g1 }
    81 g1 { main.starts\n 82 g1 go g2\n 83 g1 }\n ${short(84)}\n 90 g2 { main.brief\n 91 g2 }
    92 g1 { main.fails\n 93 g1 } panic\n 94 g1 { main.long\n ${short(100)}\n 150 g1 }\n 200 g1 }`;
  for (const options of [{ minimum: 20_000 }, { minimum: 20_000, depth: 1 }, { depth: 2 }, { minimum: 4_000 }]) {
    const forest = grow(script, { noMerge: true, minimum: options.minimum ?? 0 });
    const report = [...renderTree(forest, options)].join("");
    const lines = report.split("\n").filter((line) => / main\.|^main\./.test(line)).length;
    expect(report.match(/left out/g)).toHaveLength(1);
    expect(report).toMatch(/left out by --(depth|min|depth and --min): /);
    expect(report).toContain(`: ${14 - lines} lines with ${14 - lines} calls\n`);
  }
});

test("names are cut in the middle to fit a terminal, and never when there is none", () => {
  const long = "github.com/example/project/internal/handlers.(*VeryLongHandlerName).ServeHTTP.func1";
  const script = `0 g1 { main.main\n 1 g1 { ${long}\n 9 g1 }\n 10 g1 }`;
  const narrow = text(script, { width: 60 });
  expect(narrow).toContain("└── github.com/example/p…ame).ServeHTTP.func1  8.00µs  80.0%");
  for (const line of narrow.split("\n").slice(0, 5)) expect(line.length).toBeLessThanOrEqual(60);
  expect(text(script)).toContain(long);
});

test("lines of deep trees begin with their level where a terminal has no room for the lines to their left", () => {
  const enters = Array.from({ length: 120 }, (_, i) => `${i} g1 { main.level${i + 1}`);
  const script = `${enters.join("\n")}\n 120 g1 { main.leaf\n 121 g1 }`;
  const shown = (width: number) => text(script, { width }).split("\n").slice(2, -4);
  const lines = shown(64);
  expect([lines[0], ...lines.slice(4, 7), ...lines.slice(98, 101), ...lines.slice(119)].join("\n")).toBe(`\
main.level1 [not returned]                         ≥121µs 100.0%
            └── main.level5 [not returned]         ≥117µs  96.7%
                └── main.level6 [not returned]     ≥116µs  95.9%
…7               └── main.level7 [not returned]    ≥115µs  95.0%
…99              └── main.level99 [not returned]  ≥23.0µs  19.0%
…100             └── main.l…el100 [not returned]  ≥22.0µs  18.2%
…101             └── main.l…el101 [not returned]  ≥21.0µs  17.4%
…120             └── main.l…el120 [not returned]  ≥2.00µs   1.7%
…121             └── main.leaf                     1.00µs   0.8%`);
  for (const width of [20, 40, 64, 100]) {
    for (const [i, line] of shown(width).entries()) {
      if (width > 40) expect(line.length).toBeLessThanOrEqual(width);
      expect(line).toMatch(/ ≥?[\d.]+µs +\d+\.\d%$/);
      if (width > 64 && i < 120) expect(line).toContain(`main.level${i + 1} `);
    }
  }
  expect(text(script)).toContain(`${" ".repeat(4 * 119)}└── main.leaf`);
});

test("colours only when asked for", () => {
  expect(text(program)).not.toContain("\x1b");
  const coloured = text(program, { colour: true });
  expect(coloured).toContain("\x1b");
  expect(coloured.replace(/\x1b\[\d+m/g, "")).toBe(text(program));
});

test("wide characters keep the columns in line", async () => {
  const measure = await measureFor(["main.main", "main.日本語"]);
  const lines = text("0 g1 { main.main\n 1 g1 { main.日本語\n 2 g1 }\n 10 g1 }", { measure }).split("\n");
  expect(lines.slice(2, 4)).toEqual([
    "main.main                 10.0µs 100.0%",
    "└── main.日本語           1.00µs  10.0%",
  ]);
});

test("several processes have a heading each; remarks come last", () => {
  const one = scripted("0 g1 { main.main\n 5 g1 }");
  const two = scripted("0 g1 { main.main\n 5 g1 go g2");
  const forest = buildForest([memorySource(one), memorySource(two)]);
  const options = { title: (_: unknown, index: number) => `p${index}`, remarks: () => ["not traced: 3 functions"] };
  expect([...renderTree(forest, options)].join("")).toBe(`p0 (pid 1000)
TOTAL: 5.00µs

main.main                 5.00µs 100.0%

2 events, 1 goroutine
not traced: 3 functions

p1 (pid 1000)
TOTAL: ≥5.00µs

main.main [not returned]  ≥5.00µs 100.0%

2 events, 1 goroutine
not returned when the process ended: 1 frame (≥: at least until the recording ended)
not traced: 3 functions
`);
});

test("one tree for each test", () => {
  const tests = `
    0   g1 { p.init.0
    1   g1 }
    10  g2 { p.TestA
    15  g3<g2 { p.TestA.func1
    18  g3 }
    20  g2 }
    30  g4 { p.TestB
    50  g4 }`;
  expect(text(tests, { tests: true })).toBe(`TOTAL: 50.0µs

p.TestA                   10.0µs 100.0%
└── go~ p.TestA.func1     3.00µs  30.0%

p.TestB                   20.0µs 100.0%

p.init.0                  1.00µs   2.0%

8 events, 4 goroutines
go~: a goroutine started by code that is not traced, shown under a frame of the goroutine that started it
`);
});

test("a test looks the same under TestMain, and no line below speaks of what is not there", () => {
  const tests = `
    0   g1 { p.TestMain
    10  g2<g1 { p.TestA
    20  g2 }
    30  g4<g1 { p.TestB
    35  g5<g4 { p.TestOther
    40  g5 }
    50  g4 }
    60  g1 }`;
  expect(text(tests, { tests: true })).toBe(`TOTAL: 60.0µs

p.TestA                   10.0µs 100.0%

p.TestB                   20.0µs 100.0%
└── go~ p.TestOther       5.00µs  25.0%

p.TestMain                60.0µs 100.0%

8 events, 4 goroutines
go~: a goroutine started by code that is not traced, shown under a frame of the goroutine that started it
`);
  expect(text(tests, { tests: true, depth: 1 })).not.toContain("go~");
});

test("lost events, the reason, and damage stand below the tree", () => {
  const header = { numbers: { stopReason: 1n, stopTicks: 1_003_000n }, shards: new Map([[3, 1234n]]) };
  const bytes = scripted("0 g1 { main.main\n 3 g1 go g2", { header });
  bytes.fill(1, 4096 + 128, 4096 + 132);
  const report = [...renderTree(buildForest(memorySource(bytes)))].join("");
  expect(report).toContain("recording stopped after 3.00µs: size limit\nnot recorded: 1,234 events\n");
  expect(report).toContain(
    "the trace is damaged at offset 4224: there is no chunk where one should begin; everything before it is shown\n",
  );
});

test("top shows the heaviest paths and what leads to them", () => {
  const report = text(program, { top: 2 });
  expect(report.split("\n").filter((line) => line.includes("ms"))).toHaveLength(3);
  expect(report).toContain("left out by --top: ");
});

/** Hooks that take at most 20 ns of a call and 28 of its caller. */
const hooked = (script: string) => {
  const header = { numbers: { hookInner: 5n * 1024n, hookOuter: 7n * 1024n } };
  return [...renderTree(grow(script, {}, { header }))].join("");
};

test("times that may be mostly tracing are marked, and what that is in all stands below", () => {
  const calls = Array.from({ length: 20 }, (_, i) => `${i} g1 { main.tiny\n ${i + 0.03} g1 }`).join("\n");
  const script = `0 g1 { main.main\n ${calls}\n 21 g1 { main.slow\n 40 g1 }\n 45 g1 go g2\n 46 g2 { main.wait\n 100 g1 }`;
  expect(hooked(script)).toBe(`TOTAL: 100µs

main.main                                100µs 100.0%
├── main.slow                           19.0µs  19.0%
├── main.tiny ×20                       ~600ns   0.6%
└── go main.wait [not returned] [idle]  54.0µs  54.0%

46 events, 2 goroutines
not returned when the process ended: 1 frame
times are as measured: tracing may have added up to 48ns a call, 1.20µs in all
[idle]: to the end in one frame with almost no call in it, as one that waits for work; stands last, with --all in its place
~: more than half of this time may be tracing
`);
});

test("where most lines would be marked, one line below says so", () => {
  const calls = Array.from({ length: 20 }, (_, i) => `${i / 16} g1 { main.tiny\n ${i / 16 + 0.03} g1 }`).join("\n");
  expect(hooked(`0 g1 { main.main\n ${calls}\n 1.3 g1 }`)).toBe(`TOTAL: 1.30µs

main.main                 1.30µs 100.0%
└── main.tiny ×20          600ns  46.2%

42 events, 1 goroutine
times are as measured: tracing may have added up to 48ns a call, 1.01µs in all
on all lines more than half of the time may be tracing
`);
});

test("with --all goroutines that wait for work stand in their place", () => {
  const script = `0 g1 { main.main\n 1 g1 go g2\n 2 g2 { main.accept\n 3 g1 { main.work\n 30 g1 }\n 100 g1 }`;
  const order = (options: TreeTextOptions) => text(script, options).match(/main\.(accept|work)/g);
  expect(order({})).toEqual(["main.work", "main.accept"]);
  expect(order({ inPlace: true })).toEqual(["main.accept", "main.work"]);
});

/** A function for each digit of `n` below `depth` calls: 10 paths on level 1, 100 on level 2. */
const bushy = (width: number) => {
  let time = 1;
  const lines = ["0 g1 { main.main"];
  for (let a = 0; a < width; a++) {
    lines.push(`${time++} g1 { main.a${a}`);
    for (let b = 0; b < width; b++) {
      lines.push(`${time} g1 { main.b${b}`);
      time += 1 + a;
      lines.push(`${time} g1 }`);
    }
    lines.push(`${time++} g1 }`);
  }
  return `${lines.join("\n")}\n${time} g1 }`;
};

test("a large tree shows what takes most of the time, and says what is left out", () => {
  const report = text(bushy(30), { lines: 40 });
  const [tree, hot, left] = report.split("\n\n").slice(1);
  const lines = tree.split("\n");
  expect(lines).toHaveLength(40);
  expect(lines[1]).toMatch(/^├── main\.a29 /);
  expect(tree).not.toContain("main.b9 ");
  expect(hot).toMatch(/^Most self time, .*\n +465µs +\S+% {2}main\.b0 ×30\n/);
  expect(hot.split("\n")).toHaveLength(11);
  expect(left).toMatch(
    /^left out: 891 lines with 891 calls\n--all shows everything; --min, --depth, --top, --focus a part$/,
  );
  expect(text(bushy(30)).split("\n")).toHaveLength(931 + 5);
});

test("a small tree stays whole, its recursion too", () => {
  const script = "0 g1 { main.main\n 1 g1 { main.f\n 2 g1 { main.f\n 3 g1 }\n 4 g1 }\n 5 g1 }";
  expect(text(script, { lines: 80 })).toBe(text(script));
});

test("recursion in a large tree is one line that counts it", () => {
  const depth = 60;
  const enters = Array.from({ length: depth }, (_, i) => `${i + 1} g1 { main.${i % 2 === 0 ? "even" : "odd"}`);
  const exits = Array.from({ length: depth }, (_, i) => `${depth + 1 + i} g1 }`);
  const report = text(["0 g1 { main.main", ...enters, ...exits, "200 g1 }"].join("\n"), { lines: 40 });
  expect(report).toContain(`
main.main                                      200µs 100.0%
└── main.even ×30 [recursive ×29, 30 deep]     119µs  59.5%
    └── main.odd ×30 [recursive ×29, 30 deep]  117µs  58.5%

recursion is folded, 58 lines into others
--all shows everything; --min, --depth, --top, --focus a part
`);
});

test("of many tests the slowest are shown, those that failed last and marked", () => {
  const tests = Array.from({ length: 20 }, (_, i) => {
    const at = i * 1000;
    const calls = Array.from(
      { length: 5 },
      (_, n) => `${at + n + 1} g${i + 2} { p.f${n}\n ${at + n + 1.5} g${i + 2} }`,
    );
    return `${at} g1 go g${i + 2}\n ${at} g${i + 2} { p.Test${i}\n ${calls.join("\n")}\n ${at + 10 + i} g${i + 2} }`;
  });
  const report = text(tests.join("\n"), { tests: true, lines: 40, failed: () => new Set(["Test3"]) });
  const shown = report.match(/^p\.Test\d+.*/gm)!.map((line) => line.replace(/ {2,}.*/, ""));
  expect(shown).toEqual(["p.Test19", "p.Test18", "p.Test17", "p.Test16", "p.Test15", "p.Test3 FAIL"]);
  expect(report).toContain("\nnot shown: 14 more tests, ");
});

test("subtests that failed are marked where they begin, and shown although others took longer", () => {
  const subtest = (i: number) => {
    const [at, id, time] = [i * 100, `g${i + 3}`, i === 4 ? 10 : 50 + i];
    const calls = Array.from({ length: 5 }, (_, n) => `${at + n + 2} ${id} { p.f${n}\n ${at + n + 2.5} ${id} }`);
    const cleanup = `${at + time} ${id} { p.TestGet.func1.1\n ${at + time + 1} ${id} }`;
    return `${at + 1} ${id}<g2=TestGet/${i} { p.TestGet.func1\n ${calls.join("\n")}\n ${at + time} ${id} }\n ${cleanup}`;
  };
  const suite = "910 g50<g2 { p.(*Suite).TestPut\n 911 g50 }\n 912 g51<g2 { p.(*Suite).TestHead\n 913 g51 }";
  const subtests = Array.from({ length: 9 }, (_, i) => subtest(i)).join("\n");
  const script = `0 g1 go g2\n 0 g2 { p.TestGet\n ${subtests}\n ${suite}\n 1000 g2 }`;
  const failed = () => new Set(["TestGet", "TestGet/4", "TestGet/TestPut"]);
  const marked = (options: TreeTextOptions) =>
    text(script, { tests: true, failed, ...options })
      .match(/^.* FAIL.*$/gm)!
      .map((line) => line.replace(/ {2,}.*/, ""));
  const all = ["p.TestGet FAIL", "├── go~ p.TestGet.func1 [TestGet/4] FAIL", "├── go~ p.(*Suite).TestPut FAIL"];
  expect(marked({}).sort()).toEqual(all.sort());
  expect(marked({ lines: 12 }).sort()).toEqual(all.map((line) => line.replace("├── go~ p.(", "└── go~ p.(")).sort());
});

test("a goroutine that a test leaves behind is not in the test's time, and has no share of it", () => {
  const quick = (i: number) =>
    `${i * 100} g1 go g${i + 9}\n ${i * 100} g${i + 9} { p.Test${i}\n ${i * 100 + 10 + i} g${i + 9} }`;
  const leak = "0 g1 go g2\n 0 g2 { p.TestLeak\n 1 g2 go g3\n 2 g3 { p.(*Cache).clean\n 3 g2 }";
  const script = [leak, ...Array.from({ length: 20 }, (_, i) => quick(i + 1)), "3000 g1 { p.TestMain\n 3001 g1 }"].join(
    "\n",
  );
  const report = text(script, { tests: true });
  expect(report).toMatch(
    /^p\.TestLeak +3\.00µs 100\.0%\n└── go p\.\(\*Cache\)\.clean \[not returned\] \[idle\] +\S+ +–$/m,
  );
  expect(text(script, { tests: true, lines: 12 }).match(/^p\.Test\w+/gm)![0]).toBe("p.Test20");
  expect(text(script, { tests: true, lines: 12 })).toContain("not shown: 16 more tests, ");
  const others = Array.from({ length: 20 }, (_, i) => quick(i + 1)).join("\n");
  expect(text(others, { tests: true, lines: 12 })).toMatch(/\nnot shown: 15 more tests, .*\n--all shows/);
});

test("a test's time goes on until its parallel subtests are done, and until the end if they never are", () => {
  const parallel = "0 g1 go g2\n 0 g2 { p.TestA\n 2 g3<g2 { p.TestA.func1\n 3 g2 }\n";
  expect(text(`${parallel} 40 g3 }`, { tests: true })).toMatch(/go~ p\.TestA\.func1 +38\.0µs +95\.0%/);
  expect(text(`${parallel} 40 g1 { p.x\n 104 g1 }`, { tests: true })).toMatch(/go~ p\.TestA\.func1 .*102µs +98\.1%/);
});
