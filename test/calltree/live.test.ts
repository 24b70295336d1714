/** Replaying a trace while it grows gives what replaying the finished one gives, or it gives up. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { openTrace } from "../../src/calltrace/index.js";
import { buffersOf, ProcessFollower } from "../../src/calltree/followed.js";
import { type ForestOptions, Recording, replayTraces } from "../../src/calltree/index.js";
import { TreeBuilder } from "../../src/calltree/replay/builder.js";
import { NotFollowed } from "../../src/calltree/replay/late-queries.js";
import { LiveReplay } from "../../src/calltree/replay/live.js";
import { type Prescan, prescan } from "../../src/calltree/replay/prescan.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { GrowingSource } from "../support/calltrace/growing-source.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { run } from "./program.js";
import { scripted } from "./script.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 1000, size: "max" });
const chunkSizes = fc.constantFrom(128, 256, 1024, 262144);

/** A clock that advances with every look. */
function clock(): () => bigint {
  let now = 0n;
  return () => {
    now += 60_000n;
    return now;
  };
}

/** All that was counted, with paths in place of the numbers of nodes. */
function counted({ stacks, edges, attachments }: TreeBuilder, { events, goroutines }: Prescan, slots: number) {
  const { nodes, goroutines: outermost, goids } = stacks.take();
  const path: string[] = [""];
  for (let node = 1; node < nodes.count; node++) {
    const { kind, goStatement, test } = edges.list[nodes.edge[node]];
    path[node] = `${path[nodes.parent[node]]}/${kind}.${goStatement}.${test}.${nodes.func[node]}`;
  }
  const { panics, goexits, running, recovered } = stacks.endings;
  const columns = [nodes.calls, nodes.total, nodes.self, nodes.first, nodes.last, nodes.displaced, outermost];
  const paths = path.map((name, node) => [
    name,
    ...columns.map((column) => column[node] ?? 0),
    Math.max(0, goids[node] ?? 0),
    ...[panics, goexits, running, recovered].map((count) => count.get(node) ?? 0),
  ]);
  const attached = Array.from({ length: slots }, (_, slot) =>
    [...attachments.of(slot)].map(({ goid, node, starter }) => `${goid} ${path[node]} ${starter}`),
  );
  return { events, goroutines, stray: stacks.stray, paths: paths.sort(([a], [b]) => (a < b ? -1 : 1)), attached };
}

const END = 1e6;

function whole(bytes: Uint8Array) {
  const process = openTrace(memorySource(bytes)).processes[0];
  const facts = prescan(process);
  const builder = new TreeBuilder(process, facts);
  builder.replay();
  builder.close(END);
  return counted(builder, facts, process.chunks.slots);
}

/** The same by polls at some times; undefined where it gives up. @param forgetAfter polls after which it cannot read again */
function followed(source: GrowingSource, times: readonly number[], forgetAfter = Number.POSITIVE_INFINITY) {
  source.advance(0);
  const live = new LiveReplay(source, clock());
  try {
    for (const [index, time] of times.entries()) {
      if (index === forgetAfter) live.forget();
      source.advance(time);
      live.poll();
    }
    source.advance(Number.POSITIVE_INFINITY);
    const { builder, prescan } = live.finish();
    builder.close(END);
    const { guesses } = live;
    return {
      ...counted(builder, prescan, live.process.chunks.slots),
      ...(live.forgets ? { attached: [], guesses } : {}),
    };
  } catch (error) {
    if (error instanceof NotFollowed) return undefined;
    throw error;
  }
}

test("however often a trace is polled, it has the calls, times and goroutines of the finished one", () => {
  let given = 0;
  let runs = 0;
  fc.assert(
    fc.property(programs, chunkSizes, fc.array(fc.nat(1000), { maxLength: 30 }), (choices, chunkMax, polls) => {
      const { bytes } = run(choices, chunkMax);
      const source = new GrowingSource(bytes);
      const times = polls.sort((a, b) => a - b).map((part) => (source.end * part) / 1000);
      const tree = followed(source, times);
      runs++;
      if (tree === undefined) given++;
      else expect(tree).toEqual(whole(bytes));
    }),
    { numRuns: 60 },
  );
  expect(given).toBeLessThan(runs / 2);
});

test("where records become visible late, it has the same or gives up", () => {
  fc.assert(
    fc.property(programs, chunkSizes, fc.nat(), fc.nat(300), (choices, chunkMax, seed, most) => {
      const { bytes } = run(choices, chunkMax);
      const source = new GrowingSource(bytes, (slot) => ((slot + 1) * (seed % 1000) * 7) % (most + 1));
      const times = Array.from({ length: 20 }, (_, i) => (source.end * i) / 20);
      const tree = followed(source, times);
      if (tree !== undefined) expect(tree).toEqual(whole(bytes));
    }),
    { numRuns: 60 },
  );
});

/** What does not depend on where goroutines belong: of each function, calls and self time. */
function byFunction({ paths }: { readonly paths: readonly (readonly (string | number)[])[] }) {
  const sums = new Map<string, readonly number[]>();
  for (const [path, calls, , self] of paths) {
    const name = String(path).slice(String(path).lastIndexOf(".") + 1);
    const [moreCalls, moreSelf] = sums.get(name) ?? [0, 0];
    sums.set(name, [moreCalls + Number(calls), moreSelf + Number(self)]);
  }
  return new Map([...sums].sort());
}

test("once a trace cannot be read again, what is known late costs goroutines their places but no calls, and is counted", () => {
  let guessed = 0;
  fc.assert(
    fc.property(programs, chunkSizes, fc.nat(), fc.nat(20), (choices, chunkMax, seed, forgetAfter) => {
      const { bytes } = run(choices, chunkMax);
      const source = new GrowingSource(bytes, (slot) => ((slot + 1) * (seed % 1000) * 7) % 301);
      const times = Array.from({ length: 20 }, (_, i) => (source.end * i) / 20);
      const tree = followed(source, times, forgetAfter);
      const expected = whole(bytes);
      if (tree === undefined) return;
      if ("guesses" in tree && tree.guesses > 0) guessed++;
      else expect({ ...tree, guesses: 0 }).toEqual({ ...expected, attached: tree.attached, guesses: 0 });
      expect(tree.events).toBe(expected.events);
      expect(byFunction(tree)).toEqual(byFunction(expected));
    }),
    { numRuns: 40 },
  );
  expect(guessed).toBeGreaterThan(0);
});

test("the forest of a trace that was followed is that of the finished trace, also when another thread followed it", () => {
  fc.assert(
    fc.property(programs, chunkSizes, (choices, chunkMax) => {
      const { bytes } = run(choices, chunkMax);
      const source = new GrowingSource(bytes);
      source.advance(source.end / 2);
      const follower = new ProcessFollower(source, clock());
      try {
        for (let poll = 0; poll < 3; poll++) follower.poll();
        source.advance(Number.POSITIVE_INFINITY);
        const followed = follower.finish();
        const sent = structuredClone(followed, { transfer: buffersOf(followed) });
        const replay = replayTraces(memorySource(bytes), { followed: [sent] });
        expect(replay.forest).toEqual(buildForest(memorySource(bytes)));
        const walks = [replay, replayTraces(memorySource(bytes))].map((read) => walked(new Recording(read, {}, {})));
        expect(walks[0]).toEqual(walks[1]);
      } catch (error) {
        if (!(error instanceof NotFollowed)) throw error;
      }
    }),
    { numRuns: 40 },
  );
});

/** All that a walk visits. */
function walked(recording: Recording): unknown[] {
  const visits: unknown[] = [];
  recording.visit({
    begin: (goroutine) => void visits.push({ ...goroutine }),
    enter: (...values) => void visits.push(values),
    exit: (...values) => void visits.push(values),
    spawn: (...values) => void visits.push(values),
  });
  return visits;
}

test("only the tree of all calls is taken from a trace that was followed", () => {
  const bytes = scripted("0 g1 { main.main\n10 g1 { main.f\n20 g1 }\n30 g1 }");
  const source = new GrowingSource(bytes);
  source.advance(Number.POSITIVE_INFINITY);
  const followed = () => {
    const { counted, chunks } = new ProcessFollower(source, clock()).finish();
    return [{ chunks, isExact: true, counted: { ...counted!, events: 999 } }];
  };
  const events = (options: ForestOptions) =>
    replayTraces(memorySource(bytes), { ...options, followed: followed() }).forest.processes[0].events;
  expect([{}, { noMerge: false }, { from: 1 }, { noMerge: true }, { depthLimit: 1 }].map(events)).toEqual([
    999, 999, 4, 4, 4,
  ]);
  const other = { ...followed()[0], chunks: { count: 7, slots: 1, filled: new Uint32Array(7) } };
  expect(replayTraces(memorySource(bytes), { followed: [other] }).forest.processes[0].events).toBe(4);
  const guessed = { ...followed()[0], isExact: false };
  expect(replayTraces(memorySource(bytes), { followed: [guessed] }).forest.processes[0].events).toBe(4);
  const [{ counted, ...rest }] = followed();
  const forgetful = { ...rest, counted: { ...counted, attachments: { ...counted.attachments, forgets: true } } };
  const recording = new Recording(replayTraces(memorySource(bytes), { followed: [forgetful] }), {}, {});
  expect(recording.forest.processes[0].events).toBe(999);
  expect(() => recording.visit({})).toThrow("not kept for a walk");
});

const often = (bytes: Uint8Array, delayOf?: (slot: number) => number) => {
  const source = new GrowingSource(bytes, delayOf);
  return followed(
    source,
    Array.from({ length: 50 }, (_, i) => (source.end * i) / 50),
  );
};

test("children of a goroutine that waits are attached although it writes nothing more", () => {
  const calls = Array.from({ length: 60 }, (_, i) => `${30 + 10 * i} g2 { main.f\n${35 + 10 * i} g2 }`).join("\n");
  const bytes = scripted(`
    0  g1 { main.main
    10 g1 { main.serve
    20 g2<g1 { main.handle
    ${calls}
    700 g3<g1 { main.handle
    710 g3 }
    ${calls.replace(/^\d+/gm, (time) => String(Number(time) + 800))}
    1500 g2 }`);
  expect(often(bytes)).toEqual(whole(bytes));
});

test("it gives up where a goroutine turns out to call traced functions after those that it started", () => {
  const busy = Array.from({ length: 50 }, (_, i) => `${40 + 10 * i} g3 { main.f\n${45 + 10 * i} g3 }`).join("\n");
  const script = (late: string) => `
    0  g1 { main.main
    20 g1 parent g2 g1
    30 g3<g2 { main.handle
    ${busy}
    600 g3 }
    ${late}`;
  expect(often(scripted(script("")))).toEqual(whole(scripted(script(""))));
  const late = scripted(script("700 g2<g1 { main.late\n710 g2 }"));
  expect(often(late)).toBeUndefined();
  expect(whole(late).goroutines).toBe(3);
});

test("it gives up on traces whose records do not stay: rings, and those that leave short calls out", () => {
  const script = "0 g1 { main.main\n10 g1 { main.f\n20 g1 }\n30 g1 }";
  const minimum = (least: bigint) => scripted(script, { control: { numbers: { minimum: least } } });
  expect(often(minimum(0n))).toEqual(whole(minimum(0n)));
  expect(often(minimum(1000n))).toBeUndefined();
  const source = memorySource(scripted(script, { ring: 1 << 16 }));
  expect(() => new ProcessFollower(source, clock()).finish()).toThrow(NotFollowed);
});
