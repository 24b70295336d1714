import { expect, test } from "vitest";
import { AssertionMeter, CallLister, parseAssertion, StatsMeter } from "../../src/callstats/index.js";
import { callsTable } from "../../src/render/numbers/calls.js";
import { statsCsv, statsTable } from "../../src/render/numbers/stats.js";
import { verdictLines } from "../../src/render/numbers/verdicts.js";
import { plainWidth } from "../../src/render/style.js";
import { tracingLine } from "../../src/render/tracing.js";
import { read, visit, withHooks } from "../callstats/brute.js";
import { scripted } from "../calltree/script.js";

const SCRIPT = `
  0   g1 { main.main
  10  g1 { example.com/a/rather/long/path/to/a/package.(*Receiver).Method
  20  g1 } panic
  30  g1 { main.quick
  30.1 g1 }
  100 g1 }
`;
const recording = read(scripted(SCRIPT));
const costs = [{ inner: 80, outer: 40 }];
const plain = { colour: false, width: undefined, widthOf: plainWidth };

function report() {
  const meter = new StatsMeter(withHooks(recording, 80, 40), { spread: true });
  visit(recording, meter.visitor);
  const rows = meter.rows();
  return { rows, functions: rows.length + 2, neighbours: [], costs, notices: ["1 goroutine"] };
}

test("the table with everything", () => {
  expect([...statsTable(report(), plain)].join("")).toBe(`\
CALLS   TOTAL    SELF     MIN    MEAN     P50     P90     P95     P99     MAX  STDDEV  PANICS  RECOVERED  FUNCTION
    1   100µs  89.9µs   100µs   100µs   100µs   100µs   100µs   100µs   100µs     0ns                  1  main.main
    1  10.0µs  10.0µs  10.0µs  10.0µs  10.0µs  10.0µs  10.0µs  10.0µs  10.0µs     0ns       1             example.com/a/rather/long/path/to/a/package.(*Receiver).Method
    1  ~100ns  ~100ns   100ns   100ns   100ns   100ns   100ns   100ns   100ns     0ns                     main.quick
2 more

TOTAL: recursion counts once; MIN to STDDEV: single calls
percentiles are off by at most 0.8 %, of up to 64 calls exact
~: more than half of this time may be tracing
times are as measured: tracing may have added up to 120ns a call
1 goroutine
`);
});

test.each([60, 80, 100, 140])("at most %d columns", (width) => {
  const text = [...statsTable(report(), { ...plain, width })].join("");
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(width);
  const [heading] = text.split("\n");
  expect(heading).toMatch(/^CALLS +TOTAL +SELF .*FUNCTION$/);
  const missing = ["MIN", "MEAN", "P50", "P90", "P95", "P99", "MAX", "STDDEV"].filter((one) => !heading.includes(one));
  const said = /no room for ([^:]*): use a wider terminal or --format csv/.exec(text.replaceAll("\n", " "));
  expect(said?.[1] ?? "").toBe(missing.join(", "));
});

test("colours are escape codes, and only where they are wanted", () => {
  expect([...statsTable(report(), { ...plain, colour: true })].join("")).toContain("\x1b[");
  expect([...statsTable(report(), plain)].join("")).not.toContain("\x1b");
});

test("CSV quotes what needs quotes", () => {
  const [row] = report().rows;
  const [head, line] = [...statsCsv({ rows: [{ ...row, name: 'main.Map[struct { X, Y "json" }]' }] })];
  expect(head.split(",")).toHaveLength(20);
  expect(line).toMatch(/^"main\.Map\[struct \{ X, Y ""json"" \}\]",main\.go,1,1,100000,/);
});

test("what is said of tracing", () => {
  expect(tracingLine([undefined])).toBe("times are as measured; how much of them is tracing is not known");
  expect(tracingLine(costs)).toBe("times are as measured: tracing may have added up to 120ns a call");
  expect(tracingLine([...costs, { inner: 90, outer: 40 }, undefined])).toBe(
    "times are as measured: tracing may have added up to 130ns a call, in 2 of 3 processes; of the others it is not known",
  );
  expect(tracingLine([])).toBeUndefined();
});

test("calls with their paths", () => {
  const lister = new CallLister(recording.forest, (name) => name === "main.quick", {
    choice: { kind: "slowest", count: 10 },
  });
  visit(recording, lister);
  const view = {
    of: "main.quick",
    titles: undefined,
    costs: [undefined],
    notices: ["1 goroutine"],
  };
  expect([...callsTable({ listing: lister.listing(), ...view }, plain)].join("")).toBe(`\
1 call of main.quick, slowest first

 START  DURATION   SELF  GOROUTINE  END       FUNCTION
30.0µs     100ns  100ns          1  returned  main.quick
    main.main

START: since the start of the process; below a call, what called it
times are as measured; how much of them is tracing is not known
1 goroutine
`);
});

test("a failed assertion in one line, its paths beneath", () => {
  const meter = new AssertionMeter(recording.forest, [parseAssertion("main.quick.calls<1")]);
  visit(recording, meter.visitor);
  expect([...verdictLines(meter.verdicts())]).toEqual([
    "assertion failed: main.quick.calls<1: calls is 1\n  1×, 100ns: main.main > main.quick\n",
  ]);
});

test("many tests that fail are counted", () => {
  const tests = Array.from({ length: 14 }, (_, i) => `${100 * i} g1 { p.Test${i}\n${100 * i + 50} g1 }`).join("\n");
  const many = read(scripted(tests));
  const meter = new AssertionMeter(many.forest, [parseAssertion("*: /Test/.calls == 0")]);
  visit(many, meter.visitor);
  const lines = [...verdictLines(meter.verdicts())];
  expect(lines).toHaveLength(11);
  expect(lines[9]).toBe("assertion failed: *: /Test/.calls == 0 in p.Test9: calls is 1\n  1×, 50.0µs: p.Test9\n");
  expect(lines[10]).toBe("assertion failed: *: /Test/.calls == 0: in 4 more tests\n");
});
