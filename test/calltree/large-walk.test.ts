/** Walks in which more happens at once than the core has room for (src/calltree/core/walk-state.ts). */
import { expect, test } from "vitest";
import { readRecording } from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";

/** Calls that are all held back until the innermost ones end. */
const DEPTH = 12_000;
/** Go statements in each of the calls. */
const SPAWNS = 2;

interface Event {
  readonly what: "enter" | "spawn" | "exit";
  readonly number: number;
}

/** A goroutine that calls deeper and deeper, with go statements on the way, and returns after that. */
function deep(): Uint8Array {
  const trace = new TraceWriter({ capacity: 1 << 22 });
  const f = trace.define("function", "main.f");
  const site = trace.define("go", "main.f");
  const slot = trace.slot(0);
  slot.begin(1000, 1);
  let time = 2000;
  for (let call = 0; call < DEPTH; call++) {
    slot.enter(++time, f);
    for (let spawn = 0; spawn < SPAWNS; spawn++) slot.spawn(++time, site);
  }
  for (let call = 0; call < DEPTH; call++) slot.exit(++time);
  return trace.finish();
}

/** How long the call lasts that is `level` levels below the outermost one. */
const lasts = (level: number) => (DEPTH - level) * (2 + SPAWNS) - 1;

test.each([0, lasts(8000)])("deep stacks, of which calls of at least %i ns are visited", (minimum) => {
  const events: Event[] = [];
  let spawns = 0;
  let depth = 0;
  const { minimum: tooShort } = readRecording(memorySource(deep())).visit(
    {
      enter: (_node, _time, number) => {
        depth++;
        events.push({ what: "enter", number });
      },
      spawn: () => {
        spawns++;
        events.push({ what: "spawn", number: depth });
      },
      exit: (_node, start, end, self, _how, calls, _states, number) => {
        depth--;
        events.push({ what: "exit", number });
        const level = number - 1;
        if (end - start !== lasts(level) || calls !== DEPTH - number) expect([level, calls, end - start]).toBe(0);
        const callee = level === DEPTH - 1 ? 0 : lasts(level + 1);
        if (self !== lasts(level) - callee) expect([level, self]).toBe(0);
      },
    },
    undefined,
    { minimum },
  );
  const shown = Array.from({ length: DEPTH }, (_, level) => level).filter((level) => lasts(level) >= minimum).length;
  expect(tooShort).toBe(DEPTH - shown);
  expect(spawns).toBe(DEPTH * SPAWNS);
  const wanted: Event[] = [];
  for (let number = 1; number <= shown; number++) {
    // Those of calls that are left out count as those of the innermost one that is not.
    const own = number < shown ? SPAWNS : SPAWNS * (DEPTH - shown + 1);
    wanted.push({ what: "enter", number });
    for (let spawn = 0; spawn < own; spawn++) wanted.push({ what: "spawn", number });
  }
  for (let number = shown; number > 0; number--) wanted.push({ what: "exit", number });
  expect(events.length).toBe(wanted.length);
  const different = events.findIndex(({ what, number }, i) => what !== wanted[i].what || number !== wanted[i].number);
  expect(events.slice(different, different + 3)).toEqual(different < 0 ? [] : wanted.slice(different, different + 3));
});

test("without begins, ends and go statements are the same, and the goroutine begins before them", () => {
  const told: string[] = [];
  readRecording(memorySource(deep())).visit({
    begin: ({ goid }) => told.push(`begin ${goid}`),
    spawn: () => told.push("spawn"),
    exit: () => told.push("exit"),
    end: () => told.push("end"),
  });
  expect(told).toEqual([
    "begin 1",
    ...Array.from({ length: DEPTH * SPAWNS }, () => "spawn"),
    ...Array.from({ length: DEPTH }, () => "exit"),
    "end",
  ]);
});
