import fc from "fast-check";
import { expect, test } from "vitest";
import { Ending, type Recording, type SelectOptions } from "../../src/calltree/index.js";
import { renderChrome } from "../../src/export/chrome.js";
import { fitRecording, NO_BUDGET } from "../../src/export/event-budget.js";
import { callsOf, programs, record, recordProgram, workers } from "./calls.js";

interface Event {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly id?: number;
  readonly args?: { readonly name: string };
}

const events = (recording: Recording, options = {}): Event[] =>
  JSON.parse(Buffer.concat([...renderChrome(recording, options)]).toString()).traceEvents;

/** Calls as `pid.tid start-end path`, as a viewer sees them: sorted by time, equal times in the order of the file. */
function calls(all: readonly Event[]): string[] {
  const stacks = new Map<string, { name: string; ts: number; line: number }[]>();
  const lines: string[] = [];
  const timed = all.filter(({ ph }) => ph === "B" || ph === "E").sort((a, b) => a.ts - b.ts);
  for (const { ph, name, pid, tid, ts } of timed) {
    const thread = `${pid}.${tid}`;
    const stack = stacks.get(thread) ?? [];
    stacks.set(thread, stack);
    if (ph === "B") stack.push({ name, ts, line: lines.push("") - 1 });
    else {
      const path = stack.map((frame) => frame.name).join(";");
      const top = stack.pop()!;
      expect(name).toBe(top.name);
      lines[top.line] = `${thread} ${top.ts}-${ts} ${path}`;
    }
  }
  expect([...stacks.values()].flat()).toEqual([]);
  return lines;
}

test("a thread for each goroutine, named after its function, and an arrow to what a go statement started", () => {
  const all = events(record(workers));
  const named = all.filter(({ name }) => name === "thread_name").map(({ tid, args }) => `${tid} ${args!.name}`);
  expect(named.sort()).toEqual([
    "1 main.main goroutine 1",
    "2 main.worker goroutine 2",
    "3 main.worker goroutine 3",
    "4 main.slow goroutine 4",
  ]);
  expect(calls(all)).toEqual([
    "100.1 0-40 main.main",
    "100.2 3-9 main.worker",
    "100.4 5-40 main.slow",
    "100.2 7-8 main.worker;main.step",
    "100.3 10-31 main.worker",
    "100.3 11-30 main.worker;main.step",
  ]);
  const arrows = all.filter(({ ph }) => ph === "s" || ph === "f");
  const pairs = arrows
    .filter(({ ph }) => ph === "s")
    .map(({ id, tid, ts }) => {
      const to = arrows.find((arrow) => arrow.ph === "f" && arrow.id === id)!;
      return `${tid}@${ts} -> ${to.tid}@${to.ts}`;
    });
  expect(pairs).toEqual(["1@1 -> 4@5", "1@2 -> 2@3", "1@6 -> 3@10"]);
});

test("arrows begin on the goroutine that ran the go statement, where the call around it is told later, or never", () => {
  const arrows = (select: SelectOptions) =>
    events(record(workers, select))
      .filter(({ ph }) => ph === "s")
      .map(({ tid, ts }) => `${tid}@${ts}`);
  expect(arrows({ minimum: 5000 })).toEqual(["1@1", "1@2", "1@6"]);
  expect(arrows({ hide: /main\.main/ })).toEqual([]);
});

test("nanoseconds are the decimals, processes stand on one line of time", () => {
  const lines = calls(
    events(record(["0 g1 { main.main\n1.25 g1 { main.a\n1.25 g1 }\n2.007 g1 }", "0.5 g1 { main.main\n1 g1 }"])),
  );
  expect(lines).toEqual(["100.1 0-2.007 main.main", "100.1 1.25-1.25 main.main;main.a", "101.1 5.62-6.12 main.main"]);
});

test("what does not fit is left out, what there is to say stands in the head", () => {
  const recording = record(workers);
  const fit = fitRecording(recording, { ...NO_BUDGET, goroutines: 2 });
  const file = JSON.parse(Buffer.concat([...renderChrome(recording, { fit, notices: ['a "b"'] })]).toString());
  expect(file.otherData).toEqual({ exporter: "gotrace", statements: ['a "b"'] });
  expect(calls(file.traceEvents)).toHaveLength(2);
});

test("whatever the program, a reader that sorts by time finds its calls", () => {
  fc.assert(
    fc.property(programs, (program) => {
      const recording = recordProgram(program);
      const expected = callsOf(recording, (goid, start, end, name, how) => {
        expect(Object.values(Ending)).toContain(how);
        return `${goid} ${start / 1000}-${end / 1000} ${name}`;
      });
      const shown = calls(events(recording)).map((line) => line.replace(/^\d+\.(\d+ \S+) (?:.*;)?/, "$1 "));
      expect(shown.sort()).toEqual(expected.sort());
    }),
    { numRuns: 60 },
  );
});
