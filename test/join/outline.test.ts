/** Who made whom wait is the same, whether the visitor is told of every call or goes through an outline of them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { readRecording, STATES, State } from "../../src/calltree/index.js";
import { SchedulingClock } from "../../src/join/clock.js";
import { Spans } from "../../src/join/spans.js";
import { StayTable } from "../../src/join/stays.js";
import { run } from "../calltree/program.js";
import { memorySource } from "../support/calltrace/memory-source.js";

/** Goroutines with stays; programs have about as many. */
const GOROUTINES = 12;
const END = 100_000;

const choices = fc.array(fc.nat(1 << 20), { maxLength: 500, size: "max" });
const stay = fc.record({
  state: fc.constantFrom(State.running, State.runnable, State.lock, State.channel, State.sleep, State.syscall),
  length: fc.integer({ min: 1, max: 9000 }),
  waker: fc.integer({ min: -1, max: GOROUTINES }),
});
const lives = fc.array(fc.array(stay, { maxLength: 40 }), { minLength: GOROUTINES, maxLength: GOROUTINES });
/** Where waits are few, slices of time are shorter than the clock can tell apart. */
const scale = fc.constantFrom(1, 1 / 1024);
const stops = fc.array(fc.tuple(fc.nat(END), fc.integer({ min: 1, max: 3000 })), { maxLength: 8 });

test("an outline has all that blame needs", () => {
  let pairs = 0;
  let stopped = 0;
  fc.assert(
    fc.property(choices, lives, scale, stops, (choices, lives, scale, stops) => {
      const table = new StayTable();
      const stays = lives.flatMap((stays, index) => {
        let begin = 0;
        return stays.map(({ state, length, waker }) => {
          const own = { goid: index + 1, begin, end: begin + length * scale, state, waker };
          begin = own.end;
          return own;
        });
      });
      for (const { goid, begin, end, state, waker } of stays.sort((a, b) => a.end - b.end))
        table.add(goid, begin, end, { state, reason: STATES[state], waker, place: "", wakerPlace: "" });
      const occupation = { idle: new Spans(), stopped: new Spans() };
      for (const [begin, length] of stops.sort(([a], [b]) => a - b)) occupation.stopped.add(begin, begin + length);
      const { bytes } = run(choices);
      const clock = () => new SchedulingClock({ stays: table, occupation }, 0);
      const { tree } = readRecording(memorySource(bytes)).withStates(clock, true).forest.processes[0];
      const visitor = clock().waits();
      const recording = readRecording(memorySource(bytes));
      recording.visit(visitor);
      expect(tree.blame).toEqual(visitor.blame(recording.forest.processes[0].tree));
      pairs += tree.blame?.pairs.length ?? 0;
      stopped += tree.blame?.stopped.size ?? 0;
    }),
    { numRuns: 60 },
  );
  expect(pairs).toBeGreaterThan(10);
  expect(stopped).toBeGreaterThan(10);
});
