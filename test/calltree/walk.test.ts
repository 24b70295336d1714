import fc from "fast-check";
import { expect, test } from "vitest";
import {
  EdgeKind,
  Ending,
  type HiddenCalls,
  type Recording,
  readRecording,
  type SelectOptions,
} from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { pathsOf, run } from "./program.js";
import { scripted } from "./script.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 800, size: "max" });
const chunkSizes = fc.constantFrom(128, 1024, 262144);
const MARKS = ["", "go ", "go? ", "go~ "];

interface Step {
  readonly mark: string;
  readonly name: string;
}

interface Call {
  readonly path: readonly Step[];
  readonly goid: number;
  readonly start: number;
  readonly end: number;
  readonly self: number;
  readonly how: Ending;
  readonly beneath: number;
  /** Index of the caller on the goroutine, -1 for none. */
  readonly caller: number;
}

interface Sums {
  calls: number;
  total: number;
  self: number;
}

function pathTo(recording: Recording, node: number): Step[] {
  const { functions, processes } = recording.forest;
  const { tree } = processes[0];
  const path: Step[] = [];
  for (let at = node; at > 0; at = tree.parent[at]) {
    path.unshift({ mark: MARKS[tree.edge[at]], name: functions[tree.func[at]].name });
  }
  return path;
}

/**
 * Collects all calls and checks: enters and exits match, times never decrease within a goroutine, goroutines are whole.
 */
function walk(recording: Recording): Call[] {
  return walkCounting(recording).calls;
}

/** The same, with the calls that the walk left out. */
function walkCounting(recording: Recording): { calls: Call[]; hidden: HiddenCalls } {
  const calls: Call[] = [];
  const open: { node: number; time: number; index: number }[] = [];
  let goid = -1;
  let now = 0;
  const hidden = recording.visit({
    begin: (goroutine) => {
      expect(open).toEqual([]);
      goid = goroutine.goid;
      now = goroutine.start;
    },
    enter: (node, time) => {
      expect(time).toBeGreaterThanOrEqual(now);
      now = time;
      open.push({ node, time, index: calls.push(undefined as never) - 1 });
    },
    exit: (node, start, end, self, how, beneath) => {
      const { index, ...entered } = open.pop()!;
      expect(entered).toEqual({ node, time: start });
      expect(end).toBeGreaterThanOrEqual(now);
      now = end;
      const caller = open.at(-1)?.index ?? -1;
      calls[index] = { path: pathTo(recording, node), goid, start, end, self, how, beneath, caller };
    },
    end: (goroutine, time) => {
      expect(goroutine.goid).toBe(goid);
      expect(time).toBeGreaterThanOrEqual(now);
      goid = -1;
    },
  });
  expect(open).toEqual([]);
  return { calls, hidden };
}

const spelled = (path: readonly Step[]) => path.map(({ mark, name }) => `;${mark}${name}`).join("");

function sums(entries: Iterable<readonly [string, Sums]>): [string, Sums][] {
  const result = new Map<string, Sums>();
  for (const [path, { calls, total, self }] of entries) {
    const sum = result.get(path) ?? { calls: 0, total: 0, self: 0 };
    result.set(path, { calls: sum.calls + calls, total: sum.total + total, self: sum.self + self });
  }
  return [...result].sort(([a], [b]) => (a < b ? -1 : 1));
}

const ofCalls = (calls: readonly Call[]) =>
  sums(calls.map(({ path, start, end, self }) => [spelled(path), { calls: 1, total: end - start, self }]));
const ofTree = (recording: Recording) => sums(pathsOf(recording.forest));
const read = (bytes: Uint8Array, select: SelectOptions = {}) => readRecording(memorySource(bytes), { select });

test("a walk has the calls of the program", () => {
  fc.assert(
    fc.property(programs, chunkSizes, (choices, chunkMax) => {
      const program = run(choices, chunkMax);
      const recording = read(program.bytes);
      const calls = walk(recording);
      expect(ofCalls(calls)).toEqual(sums(program.paths));
      const ends = (how: Ending) => calls.filter((call) => call.how === how).length;
      const paths = [...program.paths.values()];
      expect(ends(Ending.panic)).toBe(paths.reduce((sum, { panics }) => sum + panics, 0));
      expect(ends(Ending.goexit)).toBe(paths.reduce((sum, { goexits }) => sum + goexits, 0));
      expect(ends(Ending.running)).toBe(paths.reduce((sum, { running }) => sum + running, 0));
      for (const [index, { beneath }] of calls.entries()) {
        let below = 0;
        for (let at = index + 1; at < calls.length && isUnder(calls, at, index); at++) below++;
        expect(beneath).toBe(below);
      }
      expect(walk(recording)).toEqual(calls);
      expect(recording.filtered).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

function isUnder(calls: readonly Call[], at: number, above: number): boolean {
  for (let caller = calls[at].caller; caller >= 0; caller = calls[caller].caller) if (caller === above) return true;
  return false;
}

const patterns = fc.constantFrom(/main\.a$/, /func1/, /main\.b/, /^p\//, /nothing/, /T/, /main/);

/** The part of a path that the patterns keep; undefined for none. */
function chosen(path: readonly Step[], { ignore, hide }: SelectOptions): Step[] | undefined {
  if (ignore && path.some(({ name }) => ignore.test(name))) return undefined;
  const left: Step[] = [];
  let mark = "";
  for (const step of path) {
    mark = step.mark === "" ? mark : step.mark;
    if (hide?.test(step.name)) continue;
    left.push({ mark, name: step.name });
    mark = "";
  }
  return hide?.test(path.at(-1)!.name) ? undefined : left;
}

test("focus, ignore and hide leave the paths that they should, in the tree and in a walk", () => {
  const optional = fc.option(patterns, { nil: undefined });
  fc.assert(
    fc.property(programs, optional, optional, optional, (choices, focus, ignore, hide) => {
      const { bytes } = run(choices);
      const options = { ...(focus && { focus }), ...(ignore && { ignore }), ...(hide && { hide }) };
      const all = walk(read(bytes));
      const recording = read(bytes, options);
      expect(ofCalls(walk(recording))).toEqual(ofTree(recording));

      const isIgnored = (path: readonly Step[]) => ignore !== undefined && path.some(({ name }) => ignore.test(name));
      const isIn = (path: readonly Step[]) => focus === undefined || path.some(({ name }) => focus.test(name));
      const left = all.filter(({ path }) => !isIgnored(path));
      const leading = new Set(
        left.flatMap(({ path }) => (isIn(path) ? path.map((_, at) => spelled(path.slice(0, at + 1))) : [])),
      );
      const kept = left.filter(({ path }) => isIn(path) || leading.has(spelled(path)));
      // Self time of hidden calls goes to the callers on their goroutine; without a caller it is lost.
      const self = new Map<Call, number>(kept.map((call) => [call, isIn(call.path) ? call.self : 0]));
      for (const call of kept) {
        if (!hide?.test(call.path.at(-1)!.name)) continue;
        let caller = all[call.caller];
        while (caller !== undefined && hide.test(caller.path.at(-1)!.name)) caller = all[caller.caller];
        if (caller !== undefined && self.has(caller)) self.set(caller, self.get(caller)! + self.get(call)!);
      }
      const expected = kept.flatMap((call) => {
        const path = chosen(call.path, options);
        const { start, end } = call;
        return path ? [[spelled(path), { calls: 1, total: end - start, self: self.get(call)! }] as const] : [];
      });
      expect(ofTree(recording)).toEqual(sums(expected));
      const omitted = recording.filtered.reduce((sum, { calls }) => sum + calls, 0);
      expect(omitted + expected.length).toBe(all.length);
    }),
    { numRuns: 200 },
  );
});

test("a window cuts calls, and leaves out those beyond", () => {
  const times = fc.tuple(fc.nat(5_000_000), fc.nat(5_000_000));
  fc.assert(
    fc.property(programs, times, chunkSizes, (choices, [a, b], chunkMax) => {
      const { bytes } = run(choices, chunkMax);
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const all = walk(read(bytes));
      const recording = read(bytes, { from, to });
      const calls = walk(recording);
      const inside = all.filter(({ start, end }) => end >= from && start <= to);
      const cut = ({ start, end }: Call) => Math.min(end, to) - Math.max(start, from);
      const self = new Map<Call, number>(inside.map((call) => [call, cut(call)]));
      for (const call of inside) {
        const caller = all[call.caller];
        if (caller !== undefined) self.set(caller, self.get(caller)! - cut(call));
      }
      const expected = sums(
        inside.map((call) => [spelled(call.path), { calls: 1, total: cut(call), self: self.get(call)! }]),
      );
      expect(ofCalls(calls)).toEqual(expected);
      // The path to a goroutine is kept although its calls have ended.
      expect(ofTree(recording).filter(([, { calls: count }]) => count > 0)).toEqual(expected);
      expect(recording.filtered).toEqual(
        inside.length === all.length ? [] : [{ filter: "window", calls: all.length - inside.length }],
      );
    }),
    { numRuns: 200 },
  );
});

test("one goroutine, and calls that are long enough", () => {
  fc.assert(
    fc.property(programs, fc.nat(8), fc.constantFrom(0, 50, 9000), (choices, pick, minimum) => {
      const { bytes } = run(choices);
      const all = walk(read(bytes));
      const goids = [...new Set(all.map(({ goid }) => goid))];
      const goid = goids[pick % Math.max(1, goids.length)] ?? 1;
      const recording = read(bytes, { goroutines: [goid], minimum });
      const { calls, hidden } = walkCounting(recording);
      const its = all.filter((call) => call.goid === goid);
      const facts = ({ path, start, end, self, beneath, how }: Call) => [spelled(path), start, end, self, beneath, how];
      expect(calls.map(facts)).toEqual(its.filter(({ start, end }) => end - start >= minimum).map(facts));
      expect(hidden.minimum).toBe(its.length - calls.length);
      expect(ofTree(recording).reduce((sum, [, sums]) => sum + sums.calls, 0)).toBe(its.length);
    }),
    { numRuns: 100 },
  );
});

test("depth and top leave out what a view of the tree leaves out", () => {
  fc.assert(
    fc.property(programs, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 10 }), (choices, depth, top) => {
      const { bytes } = run(choices);
      const all = walk(read(bytes));
      const shallow = walk(read(bytes, { depth }));
      expect(ofCalls(shallow)).toEqual(ofCalls(all.filter(({ path }) => path.length <= depth)));
      const heavy = new Set(walk(read(bytes, { top })).map(({ path }) => spelled(path)));
      const totals = ofCalls(all).sort(([, a], [, b]) => b.total - a.total);
      const least = totals[Math.min(top, totals.length) - 1]?.[1].total ?? 0;
      for (const [path, { total }] of totals) if (total > least) expect(heavy).toContain(path);
    }),
    { numRuns: 100 },
  );
});

test("spawns name the goroutines that they start", () => {
  fc.assert(
    fc.property(programs, chunkSizes, (choices, chunkMax) => {
      const recording = read(run(choices, chunkMax).bytes);
      const spawned = new Map<number, string>();
      const started: [number, string][] = [];
      recording.visit({
        spawn: (node, _site, _time, ref) => spawned.set(ref, spelled(pathTo(recording, node))),
        begin: ({ spawn, node, edge }) => {
          if (edge === EdgeKind.exact) started.push([spawn, spelled(pathTo(recording, node))]);
        },
      });
      for (const [ref, path] of started) expect(spawned.get(ref)).toBe(path);
    }),
    { numRuns: 100 },
  );
});

test("whatever is left out, events are in order, spawns are in calls, and goroutines have calls", () => {
  const windows = fc.record({ minimum: fc.nat(20_000), from: fc.nat(50_000) });
  fc.assert(
    fc.property(programs, windows, (choices, select) => {
      const { bytes } = run(choices);
      const recording = read(bytes, select);
      const open: { node: number; calls: number }[] = [];
      let time = 0;
      let calls = 0;
      const told = new Set<number>();
      recording.visit({
        begin: () => {
          time = calls = 0;
        },
        enter: (node, start) => {
          expect(start).toBeGreaterThanOrEqual(time);
          time = start;
          calls++;
          open.push({ node, calls });
        },
        spawn: (node, _site, at, ref) => {
          expect(at).toBeGreaterThanOrEqual(time);
          time = at;
          expect(node).toBe(open.at(-1)!.node);
          told.add(ref);
        },
        exit: (node, _start, end) => {
          expect(end).toBeGreaterThanOrEqual(time);
          time = end;
          expect(open.pop()!.node).toBe(node);
        },
        end: () => expect(calls).toBeGreaterThan(0),
      });
      // Within a call that is shown, everything that it and its short callees start is visited.
      const stack: { start: number; refs: number[] }[] = [];
      read(bytes).visit({
        enter: (_node, start) => stack.push({ start, refs: [] }),
        spawn: (_node, _site, _time, ref) => stack.at(-1)!.refs.push(ref),
        exit: (_node, start, end) => {
          const { refs } = stack.pop()!;
          if (end >= select.from && end - Math.max(start, select.from) >= select.minimum) {
            for (const ref of refs) expect(told).toContain(ref);
          } else stack.at(-1)?.refs.push(...refs);
        },
      });
    }),
    { numRuns: 100 },
  );
});

test("a walk of a trace that cannot be read to its end visits the calls of the tree, and no others", () => {
  const bytes = scripted(`
    0 g1 { main.main
    1 g1 }
    2 g2 { main.other
    3 g2 }`);
  let ended = 0;
  for (let at = 4096; at < 4096 + 512; at++) {
    const damaged = bytes.slice();
    damaged[at] = 0xff;
    const recording = read(damaged);
    const [{ tree, problem }] = recording.forest.processes;
    if (problem?.message !== "not a valid record") continue;
    ended++;
    const { calls, hidden } = walkCounting(recording);
    expect(calls).toHaveLength(tree.calls.reduce((sum, count) => sum + count, 0));
    expect(hidden).toEqual({ minimum: 0, paths: 0 });
  }
  expect(ended).toBeGreaterThan(0);
});
