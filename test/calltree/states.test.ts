import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type CallStates,
  type Goroutine,
  readRecording,
  type SelectOptions,
  STATES,
  type StateClock,
  statesAt,
} from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { run } from "./program.js";

const WIDTH = STATES.length;

/** Each goroutine changes its state every `step` nanoseconds, in its own order. */
class MadeUpClock implements StateClock {
  readonly spent = new Float64Array(WIDTH);
  readonly isPlausible = true;
  at = 0;
  readonly observed: number[] = [];
  private goid = 0;

  constructor(private readonly step: number) {}

  begin(goid: number, time: number): void {
    this.goid = goid;
    this.at = time;
    this.spent.fill(0);
  }

  advance(time: number): void {
    if (time <= this.at) return;
    for (const [state, spent] of this.between(this.goid, this.at, time).entries()) this.spent[state] += spent;
    this.at = time;
  }

  observe(time: number): void {
    this.observed.push(time);
  }

  get state(): number {
    return (Math.floor(this.at / this.step) * 7 + this.goid * 5) % WIDTH;
  }

  get until(): number {
    return (Math.floor(this.at / this.step) + 1) * this.step;
  }

  between(goid: number, from: number, to: number): number[] {
    const times = STATES.map(() => 0);
    for (let at = from; at < to; ) {
      const number = Math.floor(at / this.step);
      const next = Math.min(to, (number + 1) * this.step);
      times[(number * 7 + goid * 5) % WIDTH] += next - at;
      at = next;
    }
    return times;
  }
}

const sum = (times: Iterable<number>) => [...times].reduce((a, b) => a + b, 0);

const selections = fc.constantFrom<SelectOptions>(
  {},
  { minimum: 700 },
  { depth: 2 },
  { hide: /main\.b$/ },
  { focus: /func1/ },
  { ignore: /main\.\(\*T\)/ },
  { from: 2000, to: 9000 },
  { goroutines: [1, 3] },
);

test("the states of each call add up to its times, and are those of its goroutine meanwhile", () => {
  const programs = fc.array(fc.nat(1 << 20), { maxLength: 400, size: "max" });
  fc.assert(
    fc.property(programs, selections, fc.constantFrom(37, 350, 5000), (choices, select, step) => {
      const clock = new MadeUpClock(step);
      const recording = readRecording(memorySource(run(choices).bytes), { select }).withStates(() => clock);
      const { tree, depthLimit } = recording.forest.processes[0];
      const totals = new Map<number, number[]>();
      let goid = 0;
      recording.visit({
        begin(goroutine: Goroutine) {
          goid = goroutine.goid;
        },
        end(goroutine, time, states) {
          for (const [state, spent] of clock.between(goid, goroutine.start, time).entries()) {
            expect(states![state]).toBeCloseTo(spent, 3);
          }
        },
        exit(node, start, time, self, _how, _calls, states?: CallStates) {
          const { self: own, total } = states!;
          for (const [state, spent] of clock.between(goid, start, time).entries()) {
            expect(total[state]).toBeCloseTo(spent, 3);
            expect(own[state]).toBeGreaterThan(-0.001);
          }
          expect(sum(own)).toBeCloseTo(self, 3);
          const known = totals.get(node) ?? STATES.map(() => 0);
          totals.set(
            node,
            known.map((value, state) => value + total[state]),
          );
        },
      });
      for (let node = 1; node < tree.size; node++) {
        expect(sum(statesAt(tree.states!.self, node))).toBeCloseTo(tree.self[node], 2);
        if (tree.depth[node] < depthLimit) {
          expect(sum(statesAt(tree.states!.total, node))).toBeCloseTo(tree.total[node], 2);
        }
        if (recording.isWhole) {
          for (const [state, spent] of statesAt(tree.states!.total, node).entries()) {
            expect(spent).toBeCloseTo(totals.get(node)?.[state] ?? 0, 2);
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

test("where a part of the time begins and ends, no call does", () => {
  const programs = fc.array(fc.nat(1 << 20), { minLength: 100, maxLength: 400, size: "max" });
  const everywhere: number[] = [];
  fc.assert(
    fc.property(programs, (choices) => {
      const clock = new MadeUpClock(37);
      const { bytes, calls } = run(choices);
      const starts = calls.map(({ start }) => start).sort((a, b) => a - b);
      // No event is at a fraction of a nanosecond that is no eighth.
      const select = {
        from: starts[Math.floor(starts.length / 4)] + 0.3,
        to: starts[Math.floor((starts.length * 3) / 4)] + 0.3,
      };
      readRecording(memorySource(bytes), { select })
        .withStates(() => clock)
        .visit({});
      expect(clock.observed.filter((time) => time <= select.from || time >= select.to)).toEqual([]);
      everywhere.push(...clock.observed);
    }),
    { numRuns: 30 },
  );
  expect(everywhere).not.toEqual([]);
});
