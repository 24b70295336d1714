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
