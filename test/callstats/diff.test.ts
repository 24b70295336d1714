import { expect, test } from "vitest";
import { notJudged } from "../../src/base/evidence.js";
import { callsChanged, diffCalls, grown, type RunItems } from "../../src/callstats/index.js";
import { STATES, State } from "../../src/calltree/index.js";
import { partsText } from "../../src/render/numbers/call-diff.js";

/** Runs with a single item, given as calls and total of each run. */
function runs(...values: readonly (readonly [calls: number, total: number])[]): RunItems[] {
  return values.map(([calls, total]) => new Map([[0, { calls, total, self: total, panics: 0 }]]));
}

function only(a: readonly RunItems[], b: readonly RunItems[]) {
  const diff = diffCalls(a, b, () => ({ name: "f", path: undefined }), { measure: "total", min: 0 });
  return diff.changes[0];
}

test("one run a side cannot tell a change of time from chance, and says so; call counts are exact", () => {
  const change = only(runs([3, 100]), runs([300, 150]));
  expect(change.shifts.total).toEqual({ delta: 50, ratio: 0.5, exact: false, p: undefined, significant: false });
  expect(change.shifts.calls).toEqual({ delta: 297, ratio: 99, exact: true, p: undefined, significant: false });
  expect(callsChanged(change)).toBe(true);
  expect(grown(change, 0.4, 0)).toEqual([]);
  expect(notJudged(["10%"], { a: 1, b: 1 })).toBe(
    "--fail-on 10% judged no times: 1 a side cannot tell chance from change; it takes 4 runs a side (--a, --b)",
  );
});

test("nothing that varies is significant without a test, however far apart the runs are", () => {
  expect(only(runs([1, 100], [1, 120]), runs([1, 121], [1, 200])).shifts.total.significant).toBe(false);
  // Call counts that vary within a side are no more exact than times.
  expect(callsChanged(only(runs([3, 1], [4, 1]), runs([5, 1], [5, 1])))).toBe(false);
  expect(callsChanged(only(runs([4, 1], [4, 1]), runs([5, 1], [5, 1])))).toBe(true);
});

test("four runs a side are tested", () => {
  const [a, b] = [runs([3, 100], [3, 101], [3, 102], [3, 103]), runs([4, 104], [4, 105], [4, 106], [4, 107])];
  const change = only(a, b);
  expect(change.shifts.total.p).toBeCloseTo(2 / 70);
  expect(change.shifts.calls).toMatchObject({ exact: true, significant: true });
  expect(grown(change, 0.01, 0)).toEqual(["total", "self"]);
  expect(grown(change, 0.01, 106)).toEqual([]);
  expect(grown(change, 0.05, 0)).toEqual([]);
  const noise = only(runs([3, 100], [3, 200], [3, 300], [3, 400]), runs([3, 101], [3, 201], [3, 301], [3, 401]));
  expect(noise.shifts.total.significant).toBe(false);
  expect(grown(noise, 0, 0)).toEqual([]);
});

test("what a side lacks has no calls there, and is no growth", () => {
  const change = only([new Map()], runs([2, 100]));
  expect(change).toMatchObject({ a: undefined, b: { calls: { mean: 2 } } });
  expect(callsChanged(change)).toBe(true);
  expect(grown(change, 0.1, 0)).toEqual([]);
});

test("small items are left out, unless their calls changed", () => {
  const a: RunItems = new Map([
    [0, { calls: 1, total: 10, self: 10, panics: 0 }],
    [1, { calls: 1, total: 10, self: 10, panics: 0 }],
    [2, { calls: 1, total: 1000, self: 10, panics: 0 }],
  ]);
  const b: RunItems = new Map([...a, [1, { calls: 2, total: 10, self: 10, panics: 0 }]]);
  const diff = diffCalls([a], [b], (item) => ({ name: String(item), path: undefined }), { measure: "total", min: 100 });
  expect(diff.changes.map(({ name }) => name)).toEqual(["1", "2"]);
  expect(diff.small).toBe(1);
});

test("the states explain the change of a time where all runs with the item know them", () => {
  const run = (running: number, lock: number): RunItems => {
    const total = STATES.map((_, state) => (state === State.running ? running : state === State.lock ? lock : 0));
    const states = { total, self: total };
    return new Map([[0, { calls: 1, total: running + lock, self: running + lock, panics: 0, states }]]);
  };
  const change = only([run(4e6, 1e6), run(6e6, 3e6)], [run(4e6, 13e6)]);
  expect(partsText(change, "total")).toEqual(["lock +11.0ms, running -1.00ms"]);
  expect(change.parts?.self.a[State.lock]).toBe(2e6);
  // What is new has all its parts from the change.
  expect(partsText(only([new Map()], [run(4e6, 13e6)]), "self")).toEqual(["lock +13.0ms, running +4.00ms"]);
  // A twentieth of the largest change explains nothing.
  expect(partsText(only([run(0, 0)], [run(0.4e6, 10e6)]), "total")).toEqual(["lock +10.0ms"]);
  expect(partsText(only([run(1, 1)], [run(1, 1)]), "total")).toEqual([]);
  expect(only([run(4e6, 1e6)], runs([1, 5e6])).parts).toBeUndefined();
});
