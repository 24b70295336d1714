import fc from "fast-check";
import { expect, test } from "vitest";
import { CallLister, type Choice, type Listing } from "../../src/callstats/index.js";
import { State } from "../../src/calltree/index.js";
import { NAMES, run } from "../calltree/program.js";
import { scripted } from "../calltree/script.js";
import { ScriptedClock } from "../calltree/scripted-clock.js";
import { allCalls, read, visit } from "./brute.js";

function list(bytes: Uint8Array, choice: Choice, matches: (name: string) => boolean): Listing {
  const recording = read(bytes);
  const lister = new CallLister(recording.forest, matches, { choice });
  visit(recording, lister);
  return lister.listing();
}

test("picks what sorting all calls picks", () => {
  const kinds = fc.constantFrom("slowest", "first", "last", "nth");
  fc.assert(
    fc.property(
      fc.array(fc.nat(1 << 20), { maxLength: 600, size: "max" }),
      kinds,
      fc.integer({ min: 1, max: 12 }),
      (choices, kind, count) => {
        const { bytes } = run(choices);
        const { calls, records } = list(bytes, { kind, count }, (name) => name === NAMES[0]);
        const all = allCalls(read(bytes)).filter(({ name }) => name === NAMES[0]);
        expect(calls).toBe(all.length);
        const found = records.map(({ start, duration }) => (kind === "slowest" ? duration : start));
        const starts = all.map(({ start }) => start).sort((a, b) => a - b);
        const expected = {
          slowest: all
            .map(({ duration }) => duration)
            .sort((a, b) => b - a)
            .slice(0, count),
          first: starts.slice(0, count),
          last: starts.slice(-count),
          nth: starts.slice(count - 1, count),
        };
        expect(found).toEqual(expected[kind]);
      },
    ),
    { numRuns: 60 },
  );
});

test("a call with its path, goroutine, test, times and end", () => {
  const { records } = list(
    scripted(`
      0   g7 { p.TestA
      10  g7 go g8
      20  g8 { p.TestA.func1
      30  g8 { db.(*DB).Query
      35  g8 { db.scan
      40  g8 }
      50  g8 } panic
      60  g8 } deferred
      90  g7 }
    `),
    { kind: "slowest", count: 3 },
    (name) => name === "db.(*DB).Query",
  );
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    function: { name: "db.(*DB).Query" },
    path: ["p.TestA", "go p.TestA.func1", "db.(*DB).Query"],
    goroutine: 8,
    test: "p.TestA",
    start: 30_000,
    duration: 20_000,
    self: 15_000,
    end: "panic",
    calls: 1,
  });
});

test("the calls with most time in some states", () => {
  const recording = read(
    scripted(`
      0   g1 { p.f
      100 g1 }
      100 g1 { p.f
      150 g1 }
      200 g2 { p.f
      230 g2 }
    `),
  ).withStates(
    () =>
      new ScriptedClock(`
        g1 10-20 lock
        g1 110-140 lock
        g2 205-215 lock
        g2 215-230 wait
      `),
  );
  const picked = (by: readonly number[], minimum = 0) => {
    const lister = new CallLister(recording.forest, () => true, {
      choice: { kind: "slowest", count: 2 },
      by,
      minimum,
    });
    recording.visit(lister);
    const { records, leftOut } = lister.listing();
    return { leftOut, durations: records.map(({ duration }) => duration / 1000) };
  };
  expect(picked([State.lock])).toEqual({ leftOut: 0, durations: [50, 100] });
  expect(picked([State.lock, State.wait])).toEqual({ leftOut: 0, durations: [50, 30] });
  expect(picked([State.lock], 20_000)).toEqual({ leftOut: 2, durations: [50] });
  expect(picked([State.running])).toEqual({ leftOut: 0, durations: [100, 50] });
});
