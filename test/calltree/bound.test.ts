import fc from "fast-check";
import { expect, test } from "vitest";
import { type CallForest, isDistortedNode, type ReplayOptions, readRecording } from "../../src/calltree/index.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";
import { NAMES, pathsOf } from "./program.js";
import { grow } from "./script.js";

/** A header with hook costs that give these bounds in nanoseconds: a bound is four times what was measured. */
function bound(inner: number, outer: number) {
  return { numbers: { hookInner: BigInt(inner * 256), hookOuter: BigInt(outer * 256) } };
}

/** Ticks (nanoseconds) that the hooks take: Enter before and after its time stamp, Exit before and after. */
interface Hooks {
  readonly enter: readonly [number, number];
  readonly exit: readonly [number, number];
}

const NONE: Hooks = { enter: [0, 0], exit: [0, 0] };

/**
 * Plays a program, one goroutine after another: each choice works for a while, then calls, returns or starts a
 * goroutine. The same choices with other hooks do the same work.
 */
function play(choices: readonly number[], { enter, exit }: Hooks): Uint8Array {
  const inner = enter[1] + exit[0];
  const outer = enter[0] + exit[1];
  const trace = new TraceWriter({ chunkMax: 1024, header: bound(inner, outer) });
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

const build = (bytes: Uint8Array, options?: ReplayOptions) => buildForest(memorySource(bytes), options);

type Times = Map<string, { total: number; self: number; calls: number; most?: { total: number; self: number } }>;

/** The part that does not depend on when a goroutine begins; the bounds of nodes with the same name add up. */
function times(forest: CallForest): Times {
  const result: Times = new Map();
  const { tree } = forest.processes[0];
  const bounds = (column: "total" | "self") => {
    const replaced = { ...forest.processes[0], tree: { ...tree, [column]: tree.tracing?.[column] ?? tree[column] } };
    return pathsOf({ ...forest, processes: [replaced] });
  };
  const [totals, selves] = [bounds("total"), bounds("self")];
  for (const [path, { total, self, calls }] of pathsOf(forest)) {
    const most = tree.tracing && { total: totals.get(path)!.total, self: selves.get(path)!.self };
    result.set(path, { total, self, calls, ...(most ? { most } : {}) });
  }
  return result;
}

/** Checks that what tracing added to every node is within its bound. @param low of the same program without hooks */
function expectBounds(low: CallForest, high: CallForest): boolean {
  const [plain, traced] = [times(low), times(high)];
  // Which paths fit below a limit depends on the order of chunks, and so on the hooks.
  if (`${[...plain.keys()].sort()}` !== `${[...traced.keys()].sort()}`) return false;
  for (const [path, { self, total, most }] of traced) {
    expect(self - plain.get(path)!.self, `self of ${path}`).toBeLessThanOrEqual(most!.self);
    expect(total - plain.get(path)!.total, `total of ${path}`).toBeLessThanOrEqual(most!.total);
    expect(most!.self).toBeLessThanOrEqual(self);
    expect(most!.total).toBeLessThanOrEqual(total);
  }
  return true;
}

test("where the tree shows every call, the bound is what hooks of that cost add, and no more", () => {
  fc.assert(
    fc.property(programs, costs, fc.boolean(), (choices, hooks, noMerge) => {
      const [low, high] = [
        times(build(play(choices, NONE), { noMerge })),
        times(build(play(choices, hooks), { noMerge })),
      ];
      for (const [path, { self, total, most }] of high) {
        expect({ path, ...most }).toEqual({
          path,
          total: total - low.get(path)!.total,
          self: self - low.get(path)!.self,
        });
      }
    }),
    { numRuns: 200 },
  );
});

test("it holds where calls lie on the deepest level, on other call paths, or are left out", () => {
  let compared = 0;
  const limits = fc.record({
    depthLimit: fc.constantFrom(2, 3, 5, 400),
    pathLimit: fc.constantFrom(3, 6, 20, 1000),
    noMerge: fc.boolean(),
  });
  fc.assert(
    fc.property(programs, costs, limits, (choices, hooks, options) => {
      const [low, high] = [NONE, hooks].map((cost) => build(play(choices, cost), options));
      if (expectBounds(low, high)) compared++;
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(100);
});

test("calls that --min leaves out while building count for the calls that they stand in", () => {
  const script = `
    0      g1 { main.main
    1      g1 { main.tiny
    1.005  g1 { main.leaf
    1.010  g1 }
    1.039  g1 }
    50     g1 }`;
  const [{ tree, pruned }] = grow(script, { noMerge: true, minimum: 1000 }, { header: bound(20, 30) }).processes;
  expect(pruned).toBe(2);
  expect(tree.size).toBe(2);
  expect(tree.tracing!.total[1]).toBeGreaterThanOrEqual(20 + 50 + 50);
});

test("filters move the bound along with the times", () => {
  fc.assert(
    fc.property(programs, costs, fc.constantFrom("hide", "ignore", "focus"), (choices, hooks, filter) => {
      const select = { [filter]: /main\.a$|T/ };
      const [low, high] = [NONE, hooks].map(
        (cost) => readRecording(memorySource(play(choices, cost)), { select }).forest,
      );
      expectBounds(low, high);
    }),
    { numRuns: 200 },
  );
});

test("a trace without the measurement has no bound", () => {
  const [process] = grow("0 g1 { main.main\n 0.01 g1 }").processes;
  expect(process.tree.tracing).toBeUndefined();
  expect(isDistortedNode(process.tree, 1)).toBe(false);
});

test("a node is marked where tracing may be more than half of its total time", () => {
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
  const [{ tree }] = grow(script, {}, { header: bound(20, 30) }).processes;
  // main.calls: 20 of its own, 30 for its callee, and the 10 that main.empty took in total.
  expect([...tree.tracing!.total]).toEqual([0, 210, 20, 20, 60, 10]);
  expect([1, 2, 3, 4, 5].map((node) => isDistortedNode(tree, node))).toEqual([false, true, false, true, true]);
});
