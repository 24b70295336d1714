import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Accounts, type Breakdown, Intervals, Ranges } from "../../src/analyses/index.js";
import { isWritten } from "../../src/base/packages.js";
import { CLOCK_ERROR, STATES, type StayCursor } from "../../src/calltree/index.js";
import { SchedulingClock } from "../../src/join/clock.js";
import { readScheduling, type Scheduling } from "../../src/join/collect.js";
import { StayTable } from "../../src/join/stays.js";
import { feedAll, readerOf, traceNames } from "../analyses/traces.js";

/** Times by state of a goroutine's life. */
function statesOf({ stays }: Scheduling, goid: number): Record<string, number> {
  const times: Record<string, number> = Object.fromEntries(STATES.map((name) => [name, 0]));
  const cursor = stays.cursor();
  for (let more = cursor.seek(goid, Number.NEGATIVE_INFINITY); more; more = cursor.next()) {
    times[STATES[cursor.state]] += cursor.end - cursor.begin;
  }
  return times;
}

/** The account of a goroutine for the states that have a name of the runtime. */
function fromAccount({ running, gcAssist, runnable, syscall, syscallBlocked, waiting }: Breakdown) {
  const of = (...reasons: string[]) => reasons.reduce((sum, reason) => sum + (waiting[reason] ?? 0), 0);
  const collecting = Object.keys(waiting).filter((reason) => reason.includes("GC") || reason === "preempted");
  return {
    running,
    runnable,
    syscall: syscall + syscallBlocked,
    channel: of("chan send", "chan receive", "forever"),
    select: of("select"),
    network: of("network"),
    sleep: of("sleep"),
    gc: gcAssist + of(...collecting),
  };
}

test.each(traceNames)("%s: the states of each goroutine are what its account says", (name) => {
  const bytes = gunzipSync(readFileSync(`testdata/exectrace/${name}.trace.gz`));
  const scheduling = readScheduling([bytes]);
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  const ranges = new Ranges();
  const accounts = new Accounts(intervals, ranges);
  let goroutines = 0;
  accounts.onClose(({ id }, sums) => {
    const account = accounts.breakdown(sums);
    const states = statesOf(scheduling, id);
    for (const [state, time] of Object.entries(fromAccount(account))) expect(states[state]).toBeCloseTo(time, 3);
    expect(states.unknown).toBe(0);
    expect(Object.values(states).reduce((sum, time) => sum + time)).toBeCloseTo(account.total, 3);
    goroutines++;
  });
  feedAll(reader, (e) => {
    intervals.feed(e);
    ranges.feed(e);
  });
  intervals.finish();
  ranges.finish();
  expect(goroutines).toBeGreaterThan(5);
});

test.each(traceNames)("%s: each stay has the reason, the waker and the places of its interval", (name) => {
  const { stays } = readScheduling([gunzipSync(readFileSync(`testdata/exectrace/${name}.trace.gz`))]);
  const reader = readerOf(name);
  const intervals = new Intervals(reader);
  const cursors = new Map<number, StayCursor>();
  const isOf = (stack: number, place: string) =>
    place === ""
      ? !reader.stacks.frames(stack).some((frame) => isWritten(frame) && frame.function !== "")
      : reader.stacks.frames(stack).some((frame) => frame.function === place);
  let wakers = 0;
  intervals.onInterval(({ goroutine, begin, end, reason, waker, stack, wakerStack }) => {
    if (end === begin) return;
    let cursor = cursors.get(goroutine);
    if (cursor === undefined) {
      cursor = stays.cursor();
      cursors.set(goroutine, cursor);
      expect(cursor.seek(goroutine, Number.NEGATIVE_INFINITY)).toBe(true);
    }
    expect(cursor.begin).toBe(begin);
    // Assists divide an interval.
    for (let more = true; more && cursor.begin < end; more = cursor.next()) {
      if (STATES[cursor.state] !== "gc" || reason !== "") expect(cursor.reason).toBe(reason);
      expect(cursor.waker).toBe(waker);
      expect(isOf(stack, cursor.place)).toBe(true);
      expect(isOf(wakerStack, cursor.wakerPlace)).toBe(true);
      if (cursor.place !== "") expect(stays.places).toContain(cursor.place);
    }
    if (waker >= 0) wakers++;
  });
  feedAll(reader, (e) => intervals.feed(e));
  intervals.finish();
  expect(wakers).toBeGreaterThan(0);
  for (const cursor of cursors.values()) expect(cursor.next()).toBe(false);
});

test("a trace that is cut off tells its states up to there", () => {
  const bytes = gunzipSync(readFileSync("testdata/exectrace/go1.26-workload.trace.gz"));
  const whole = readScheduling([bytes]);
  const cut = readScheduling([bytes.subarray(0, Math.floor(bytes.length * 0.9))]);
  expect(whole.problem).toBeUndefined();
  expect(cut.problem).toMatch(/./);
  expect(cut.length).toBeLessThan(whole.length);
});

const RUNNING = STATES.indexOf("running");

const lives = fc.array(
  fc.record({
    goid: fc.integer({ min: 1, max: 5 }),
    gap: fc.nat(3),
    length: fc.integer({ min: 1, max: 30 }),
    state: fc.nat(STATES.length - 2),
  }),
);

test("a clock adds up stays, and what lies between them is unknown", () => {
  fc.assert(
    fc.property(
      lives,
      fc.array(fc.nat(2000), { maxLength: 40 }),
      fc.integer({ min: -100, max: 100 }),
      (list, asked, offset) => {
        const table = new StayTable();
        const ends = new Map<number, number>();
        const stays = list.map(({ goid, gap, length, state }) => {
          const begin = (ends.get(goid) ?? 0) + gap;
          ends.set(goid, begin + length);
          table.add(goid, begin, begin + length, { state, reason: "", waker: -1, place: "", wakerPlace: "" });
          return { goid, begin, end: begin + length, state };
        });
        const scheduling = { stays: table };
        const clock = new SchedulingClock(scheduling, offset);
        const times = asked.sort((a, b) => a - b).map((time) => time - offset);
        for (let goid = 1; goid <= 6; goid++) {
          const from = times[0] ?? 0;
          clock.begin(goid, from);
          for (const time of times) {
            clock.advance(time);
            const expected = STATES.map(() => 0);
            for (const stay of stays.filter((one) => one.goid === goid)) {
              expected[stay.state] += Math.max(
                0,
                Math.min(stay.end, time + offset) - Math.max(stay.begin, from + offset),
              );
            }
            // The clocks of the two traces differ: a goroutine may run for a while after its last stay.
            const last = stays.findLast((one) => one.goid === goid);
            if (last?.state === RUNNING && last.end > from + offset) {
              expected[RUNNING] += Math.min(Math.max(0, time + offset - last.end), CLOCK_ERROR);
            }
            expected[STATES.length - 1] = time - from - expected.reduce((sum, one) => sum + one);
            expect([...clock.spent]).toEqual(expected);
          }
        }
      },
    ),
  );
});

test.each([
  ["channel", "chan receive", false],
  ["other", "sync", false],
  // Go's trace lacks some of what the goroutine does that reads it, and calls the writer of a trace of the program's own.
  ["other", "system goroutine wait", true],
] as const)("calls while a goroutine waits (%s, %s) tell another process's trace: plausible %s", (name, reason, is) => {
  const stays = new StayTable();
  stays.add(1, 0, 1e6, { state: STATES.indexOf(name), reason, waker: -1, place: "", wakerPlace: "" });
  const clock = new SchedulingClock({ stays }, 0);
  clock.begin(1, 1000);
  for (const time of [2e5, 4e5, 6e5]) {
    clock.advance(time);
    clock.observe(time);
  }
  expect(clock.isPlausible).toBe(is);
});
