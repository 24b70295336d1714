import fc from "fast-check";
import { expect, test } from "vitest";
import { memorySource } from "../../src/calltrace/index.js";
import { TraceWriter } from "../../src/calltrace/writer.js";
import {
  type BuildOptions,
  buildForest,
  type CallForest,
  correct,
  hookShare,
  isDistortedNode,
  readRecording,
} from "../../src/calltree/index.js";
import { NAMES, pathsOf } from "./program.js";
import { grow } from "./script.js";

/** Ticks (nanoseconds) that the hooks take: of Enter before and after its time stamp, of Exit before and after. */
interface Hooks {
  readonly enter: readonly [number, number];
  readonly exit: readonly [number, number];
}

const NONE: Hooks = { enter: [0, 0], exit: [0, 0] };

/**
 * Plays a program on one goroutine after the other: each choice works for a while, then calls, returns or starts a
 * goroutine. The same choices with other hooks do the same work.
 */
function play(choices: readonly number[], { enter, exit }: Hooks): Uint8Array {
  const inner = enter[1] + exit[0];
  const outer = enter[0] + exit[1];
  const numbers = { hookInner: BigInt(inner * 1024), hookOuter: BigInt(outer * 1024) };
  const trace = new TraceWriter({ chunkMax: 1024, header: { numbers } });
  const ids = NAMES.map((name) => trace.define("function", name));
  const site = trace.define("go", NAMES[0]);
  let at = 0;
  const choose = (count: number) => (choices[at++] ?? 0) % count;
  const waiting = [{ goid: 1, time: 100, parent: 0, ref: 0 }];
  let goids = 1;
  for (let g = waiting.shift(); g !== undefined; g = waiting.shift()) {
    const slot = trace.slot(g.goid);
    let { time } = g;
    let depth = 0;
    slot.begin(time, g.goid, g.parent, g.ref);
    const call = () => {
      time += enter[0];
      slot.enter(time, ids[choose(NAMES.length)]);
      time += enter[1];
      depth++;
    };
    const leave = () => {
      time += exit[0];
      slot.exit(time);
      time += exit[1];
      depth--;
    };
    call();
    for (let steps = 3 + choose(60); steps > 0 && depth > 0; steps--) {
      time += [0, 1, 30, 4000][choose(4)];
      const what = choose(8);
      if (what < 4) call();
      else if (what < 7 || goids > 6) leave();
      else waiting.push({ goid: ++goids, time: time + 5, parent: g.goid, ref: slot.spawn(time, site) });
    }
    while (depth > 0) leave();
  }
  return trace.finish();
}

const programs = fc.array(fc.nat(1 << 16), { maxLength: 700, size: "max" });
const costs = fc
  .tuple(fc.nat(40), fc.nat(40), fc.nat(40), fc.nat(40))
  .filter((parts) => parts.some((part) => part > 0))
  .map(([a, b, c, d]): Hooks => ({ enter: [a, b], exit: [c, d] }));

const build = (bytes: Uint8Array, options?: BuildOptions) => buildForest(memorySource(bytes), options);

/** The forest with corrected times in place of those measured. */
function corrected(forest: CallForest): CallForest {
  const processes = forest.processes.map((process) => ({
    ...process,
    tree: { ...process.tree, ...correct(process.tree)! },
  }));
  return { ...forest, processes };
}

type Times = Map<string, { total: number; self: number; calls: number }>;

/** What does not depend on when a goroutine begins. */
function times(forest: CallForest): Times {
  const result: Times = new Map();
  for (const [path, { total, self, calls }] of pathsOf(forest)) result.set(path, { total, self, calls });
  return result;
}

const sorted = (map: Times) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

test("corrected times are those of the same program without hooks", () => {
  fc.assert(
    fc.property(programs, costs, fc.boolean(), (choices, hooks, noMerge) => {
      const traced = build(play(choices, hooks), { noMerge });
      expect(sorted(times(corrected(traced)))).toEqual(sorted(times(build(play(choices, NONE), { noMerge }))));
    }),
    { numRuns: 300 },
  );
});

test("so they are on the deepest level, but for totals above calls of several goroutines", () => {
  fc.assert(
    fc.property(programs, costs, fc.constantFrom(2, 3, 5), fc.boolean(), (choices, hooks, depthLimit, noMerge) => {
      const traced = build(play(choices, hooks), { noMerge, depthLimit });
      const [low, time, high] = [build(play(choices, NONE), { noMerge, depthLimit }), corrected(traced), traced].map(
        times,
      );
      if (traced.processes[0].goroutines === 1) expect(sorted(time)).toEqual(sorted(low));
      expectBetween(low, time, high);
      for (const [path, { self }] of time) expect(self).toBe(low.get(path)!.self);
    }),
    { numRuns: 300 },
  );
});

/** Whether a time lies between what was and what was measured. */
function expectBetween(low: Times, time: Times, high: Times): void {
  expect([...time.keys()].sort()).toEqual([...low.keys()].sort());
  for (const [path, { self, total }] of time) {
    expect(self).toBeGreaterThanOrEqual(low.get(path)!.self);
    expect(self).toBeLessThanOrEqual(high.get(path)!.self);
    expect(total).toBeGreaterThanOrEqual(low.get(path)!.total);
    expect(total).toBeLessThanOrEqual(high.get(path)!.total);
  }
}

test("where calls lie on other call paths, too little is subtracted, not too much", () => {
  let compared = 0;
  fc.assert(
    fc.property(programs, costs, fc.constantFrom(3, 6, 20), (choices, hooks, pathLimit) => {
      const traced = build(play(choices, hooks), { pathLimit });
      const [low, high] = [times(build(play(choices, NONE), { pathLimit })), times(traced)];
      // Which paths come before the limit depends on the order of chunks, so on the hooks.
      if (`${[...low.keys()].sort()}` !== `${[...high.keys()].sort()}`) return;
      compared++;
      expectBetween(low, times(corrected(traced)), high);
    }),
    { numRuns: 300 },
  );
  expect(compared).toBeGreaterThan(100);
});

test("frames that never return keep their hooks, what they called does not", () => {
  // Enter takes 2 and 3, Exit 5 and 7 of the 17; main.open and main.main have worked 100 and 10.
  const header = { numbers: { hookInner: 8n * 1024n, hookOuter: 9n * 1024n } };
  const forest = grow(
    `
    0      g1 { main.main
    0.015  g1 { main.open
    0.120  g1 { main.leaf
    0.128  g1 }`,
    {},
    { header },
  );
  const { tree } = forest.processes[0];
  expect([...tree.hooks!.self]).toEqual([0, 0, 9, 8]);
  expect([...tree.hooks!.total]).toEqual([0, 17, 17, 8]);
  expect([...correct(tree)!.self]).toEqual([0, 15, 96, 0]);
});

test("filters move the hooks' part along with the times", () => {
  fc.assert(
    fc.property(programs, costs, fc.constantFrom("hide", "ignore", "focus"), (choices, hooks, filter) => {
      const select = { [filter]: /main\.a$|T/ };
      const { forest } = readRecording(memorySource(play(choices, hooks)), { select });
      const plain = readRecording(memorySource(play(choices, NONE)), { select }).forest;
      expect(sorted(times(corrected(forest)))).toEqual(sorted(times(plain)));
    }),
    { numRuns: 200 },
  );
});

test("a trace without the measurement is not corrected", () => {
  const [process] = grow("0 g1 { main.main\n 0.01 g1 }").processes;
  expect(process.tree.hooks).toBeUndefined();
  expect(correct(process.tree)).toBeUndefined();
  expect(hookShare(process)).toBe(0);
  expect(isDistortedNode(process.tree, 1)).toBe(false);
});

test("a node is distorted where more than half of its total time is hooks; the share is of all self time", () => {
  const header = { numbers: { hookInner: 20n * 1024n, hookOuter: 30n * 1024n } };
  const script = `
    0      g1 { main.main
    1      g1 { main.tiny
    1.039  g1 }
    2      g1 { main.small
    2.041  g1 }
    3      g1 { main.calls
    3.010  g1 { main.empty
    3.020  g1 }
    3.090  g1 }
    10     g1 }`;
  const [process] = grow(script, {}, { header }).processes;
  const { tree } = process;
  // main.calls: 20 of its own, 30 for its callee, and the 10 that main.empty took in all.
  expect([...tree.hooks!.total]).toEqual([0, 210, 20, 20, 60, 10]);
  expect([1, 2, 3, 4, 5].map((node) => isDistortedNode(tree, node))).toEqual([false, true, false, true, true]);
  expect(hookShare(process)).toBeCloseTo(210 / 10_000, 12);
});
