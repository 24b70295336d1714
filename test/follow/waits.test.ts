import { expect, test } from "vitest";
import { GoroutineStack } from "../../src/follow/goroutine-stack.js";
import { Waits } from "../../src/follow/waits.js";

const MS = 1e6;

/** A goroutine that calls 1, which calls 2 from 10 to 30 ms and has called nothing since. */
function goroutine(waits: Waits): GoroutineStack {
  const stack = new GoroutineStack();
  stack.goid = 7;
  const event = (time: number, act: () => void) => {
    waits.pass(stack, time);
    stack.latest = time;
    act();
  };
  event(0, () => stack.push(1, 0));
  event(10 * MS, () => stack.push(2, 10 * MS));
  event(30 * MS, () => stack.depth--);
  return stack;
}
const sums = ({ self }: Waits) => Object.fromEntries([...self].map(([id, states]) => [id, Object.fromEntries(states)]));

test("a wait is charged to the call that was open, and on the whole once", () => {
  const waits = new Waits(0);
  waits.charge([], [], 0);
  const stack = goroutine(waits);
  const wait = (from: number, to: number, state: string, isOpen = false) => ({
    ...{ goid: 7, state, isOpen },
    ...{ from: from * MS, to: to * MS },
  });
  waits.charge([wait(2, 9, "lock"), wait(12, 25, "network"), wait(28, 35, "sleep", true)], [stack], 35 * MS);
  expect(sums(waits)).toEqual({ 1: { lock: 7 * MS, sleep: 5 * MS }, 2: { network: 13 * MS, sleep: 2 * MS } });
  expect([waits.covered, waits.until, waits.open.get(7)]).toEqual([35 * MS, 35 * MS, "sleep"]);
  // The goroutine goes on at 50 ms. The window goes on as well, until it is cleared.
  waits.pass(stack, 50 * MS);
  stack.latest = 50 * MS;
  waits.charge([wait(35, 49, "sleep")], [stack], 60 * MS);
  expect(sums(waits)[1]).toEqual({ lock: 7 * MS, sleep: 19 * MS });
  expect([waits.covered, waits.open.size]).toEqual([60 * MS, 0]);
  waits.clear();
  expect(sums(waits)[1]).toEqual({ lock: 7 * MS, sleep: 19 * MS });
  waits.charge([wait(61, 62, "channel")], [stack], 70 * MS);
  expect([sums(waits), waits.covered]).toEqual([{ 1: { channel: MS } }, 10 * MS]);
});

test("waits that began before gaps were kept are not charged", () => {
  const waits = new Waits(5 * MS);
  const stack = goroutine(waits);
  waits.charge([{ goid: 7, state: "lock", from: 0, to: 8 * MS, isOpen: false }], [stack], 8 * MS);
  expect([sums(waits), waits.covered]).toEqual([{}, 0]);
  waits.charge([{ goid: 7, state: "lock", from: 8 * MS, to: 9 * MS, isOpen: false }], [stack], 20 * MS);
  expect([sums(waits), waits.covered]).toEqual([{ 1: { lock: MS } }, 12 * MS]);
});
