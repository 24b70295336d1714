/** Replaying a trace in shares gives the tree that one thread builds, whatever the shares are and whose turn it is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openTrace, type ProcessTrace } from "../../src/calltrace/index.js";
import { Head, Tag } from "../../src/calltrace/spec-records.js";
import { countProcess } from "../../src/calltree/count-process.js";
import { freeze } from "../../src/calltree/freeze.js";
import { FunctionTable, IdMap } from "../../src/calltree/functions.js";
import { type Counted, countedOf, endOf } from "../../src/calltree/replay/count.js";
import { fromPlain, toPlain } from "../../src/calltree/replay/plain-counts.js";
import { type Prescan, prescan } from "../../src/calltree/replay/prescan.js";
import type { ReplayOptions } from "../../src/calltree/replay/stacks-for.js";
import { SharedDefinitions } from "../../src/calltree/shared-definitions.js";
import { boardMemory } from "../../src/calltree/shares/board.js";
import { deal } from "../../src/calltree/shares/deal.js";
import { addShare } from "../../src/calltree/shares/merge.js";
import { joinSlots, scanSlots } from "../../src/calltree/shares/prescan-slots.js";
import { Share } from "../../src/calltree/shares/share.js";
import type { SharedTrace } from "../../src/calltree/shares/shared-trace.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { run } from "./program.js";

interface Sharing {
  readonly shares: number;
  /** Words of a log. */
  readonly log: number;
  /** Decides which slots are in which share, and whose turn it is. */
  readonly seed: number;
}

const opened = (bytes: Uint8Array) => openTrace(memorySource(bytes)).processes;

function randomFrom(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Prescans a process in parts; undefined if one thread has to do it. */
function prescanned(process: ProcessTrace, { shares, seed }: Sharing) {
  const random = randomFrom(seed);
  const slots = Array.from({ length: process.chunks.slots }, (_, slot) => [random(process.chunks.slots), slot])
    .sort(([a, b], [c, d]) => a - c || b - d)
    .map(([, slot]) => slot);
  const parts = Array.from({ length: shares }, (_, share) => {
    let left = share === shares - 1 ? slots.length : random(slots.length + 1);
    return scanSlots(
      { ...process, chunks: structuredClone(process.chunks) },
      () => (left-- > 0 ? (slots.pop() ?? -1) : -1),
      () => undefined,
    );
  });
  return joinSlots(process, structuredClone(parts));
}

/** Counts a process in shares, which take turns; undefined if they give up. */
function shared(process: ProcessTrace, options: ReplayOptions, sharing: Sharing) {
  const { shares, log, seed } = sharing;
  const facts = (process.cut ? undefined : prescanned(process, sharing)) ?? prescan(process);
  if (facts.begun.size !== facts.goroutines) return undefined;
  const random = randomFrom(seed);
  const { chunks, clock, definitions, source } = process;
  const owners = Uint8Array.from({ length: chunks.slots }, () => random(shares));
  const memory = boardMemory(shares, log);
  const most = options.pathLimit!;
  const trace: SharedTrace = {
    ...{ chunks, clock, queries: { ...facts.queries }, options, owners, shares, most, memory },
  };
  const parts = owners.length === 0 ? [] : Array.from({ length: shares }, (_, own) => own);
  const replayed = parts.map(
    (own) => new Share(structuredClone(trace), { definitions, source }, own, () => undefined, log),
  );
  while (replayed.some((share) => !share.isFinished)) {
    const share = replayed[random(shares)];
    for (let turns = random(4); turns >= 0 && !share.isFinished; turns--) share.poll();
    if (share.board.hasFailed) return undefined;
  }
  const ends = replayed.map((share) => share.end());
  const main = ends.map(({ isMainDone }) => isMainDone);
  const last = Math.max(0, ...ends.map((end) => end.last));
  const end = endOf(process, last, main.includes(true) && !main.includes(false));
  const [first, ...others] = replayed.map((share) => fromPlain(structuredClone(toPlain(share.close(end.end)))));
  return first && countedOf(others.reduce(addShare, first), facts, end);
}

/** The tree, and where the goroutines belong. */
function tree(process: ProcessTrace, counted: Counted) {
  const { nodes, edges, stacks, attachments, ...rest } = counted;
  const table = new FunctionTable();
  const ids = new IdMap(new SharedDefinitions(process.definitions, table.pool), table);
  const { tree, number } = freeze(nodes, stacks, edges.list, ids);
  const places = Array.from({ length: process.chunks.slots }, (_, slot) =>
    [...attachments.of(slot)].map((place) => ({ ...place, node: number[place.node], edge: edges.list[place.edge] })),
  );
  const { stray, pruned, filtered } = stacks;
  return { tree, places, rest: { ...rest, stray, pruned, filtered, hasOtherIds: nodes.hasOtherIds } };
}

/** Compares both ways of counting. @returns whether the shares did not give up */
function compare(bytes: Uint8Array, options: ReplayOptions, sharing: Sharing): boolean {
  return opened(bytes).every((process, index) => {
    const counted = shared(process, options, sharing);
    const alone = opened(bytes)[index];
    const expected = countProcess(alone, { ...options, isPlain: false }, () => undefined);
    if (counted !== undefined) expect(tree(process, counted)).toEqual(tree(alone, expected));
    return counted !== undefined;
  });
}

const LIMITS = { pathLimit: 5000 };
const programs = fc.array(fc.nat(1 << 20), { maxLength: 600, size: "max" });
const chunkSizes = fc.constantFrom(128, 256, 1024, 262144);
const sharings = fc.record({
  shares: fc.integer({ min: 2, max: 4 }),
  log: fc.constantFrom(16, 64, 65536),
  seed: fc.nat(),
});

test("random programs, with limits of depth, in windows, of some goroutines", () => {
  const options = fc.record(
    {
      depthLimit: fc.integer({ min: 2, max: 6 }),
      from: fc.integer({ min: 0, max: 2e6 }),
      to: fc.integer({ min: 2e6, max: 4e6 }),
      goroutines: fc.uniqueArray(fc.integer({ min: 0, max: 12 })).map((ids) => new Set(ids)),
    },
    { requiredKeys: [] },
  );
  let counted = 0;
  fc.assert(
    fc.property(programs, chunkSizes, options, sharings, (choices, chunkMax, options, sharing) => {
      if (compare(run(choices, chunkMax).bytes, { ...LIMITS, ...options }, sharing)) counted++;
    }),
    { numRuns: 60 },
  );
  expect(counted).toBeGreaterThan(30);
});

test("limits of paths: the shares give up, or no path is beyond the limit", () => {
  const limits = fc.integer({ min: 4, max: 200 });
  let counted = 0;
  fc.assert(
    fc.property(programs, chunkSizes, limits, sharings, (choices, chunkMax, pathLimit, sharing) => {
      if (compare(run(choices, chunkMax).bytes, { pathLimit }, sharing)) counted++;
    }),
    { numRuns: 40 },
  );
  expect(counted).toBeGreaterThan(5);
  expect(counted).toBeLessThan(38);
});

/** What a prescan has found; the numbers of queries depend on how it was done. */
function found({ queries, begun, ...rest }: Prescan, { chunks }: ProcessTrace) {
  const { time, func, goStatement, asked } = queries;
  const ofSlots = Array.from({ length: chunks.slots }, (_, slot) => {
    const list: object[] = [];
    for (let query = queries.take(slot); query >= 0; query = queries.take(slot))
      list.push({ time: time[query], func: func[query], goStatement: goStatement[query], asked: asked[query] });
    return list;
  });
  const goids = Array.from({ length: 100 }, (_, goid) => begun.has(goid));
  return { rest, goids, size: begun.size, ofSlots, added: queries.added, filled: chunks.filled.slice(0, chunks.count) };
}

test("a prescan in parts finds what one finds that reads the trace in order, or gives up if a record cannot be read", () => {
  // A control record of no known type, at the beginning of a chunk, or anything anywhere.
  const changes = fc.array(
    fc.oneof(
      fc.tuple(fc.nat(), fc.nat(96), fc.nat(255)),
      fc.tuple(fc.nat(), fc.constant(0), fc.constant((31 << Head.tagBits) | Tag.control)),
    ),
    { maxLength: 2 },
  );
  let [joined, without] = [0, 0];
  fc.assert(
    fc.property(programs, chunkSizes, changes, sharings, (choices, chunkMax, changes, sharing) => {
      const bytes = run(choices, chunkMax).bytes.slice();
      const [{ base, chunks }] = opened(bytes);
      for (const [number, at, value] of chunks.count === 0 ? [] : changes) {
        const chunk = number % chunks.count;
        bytes[base + chunks.offset[chunk] + chunks.body[chunk] + at] = value;
      }
      for (const [index, process] of opened(bytes).entries()) {
        const parts = prescanned(process, sharing);
        if (parts === undefined) without++;
        else {
          joined++;
          const alone = opened(bytes)[index];
          expect(found(parts, process)).toEqual(found(prescan(alone), alone));
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(joined).toBeGreaterThan(10);
  expect(without).toBeGreaterThan(5);
});

test("damaged traces", () => {
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 6 });
  fc.assert(
    fc.property(programs, chunkSizes, changes, sharings, (choices, chunkMax, changes, sharing) => {
      const bytes = run(choices, chunkMax).bytes.slice();
      for (const [at, value] of changes) bytes[4096 + Math.floor(at * (bytes.length - 4097))] = value;
      compare(bytes, LIMITS, sharing);
    }),
    { numRuns: 60 },
  );
});

test.each(["golden.gotrace", "golden-0.1.0.gotrace"])("the trace %s", (name) => {
  const bytes = readFileSync(join(import.meta.dirname, "../../testdata/format", name));
  for (let seed = 0; seed < 8; seed++) {
    expect(compare(bytes, LIMITS, { shares: 2 + (seed % 3), log: 32, seed })).toBe(true);
  }
});

test("shares are about equal, and none are dealt where one slot has most, or each has little", () => {
  const table = (sizes: readonly number[]) => {
    const { chunks } = opened(run([1], 1024).bytes)[0];
    const [slot, size] = [Int32Array.from(sizes.keys()), Uint32Array.from(sizes)];
    return { ...chunks, count: sizes.length, slots: sizes.length, slot, size };
  };
  const MIB = 1 << 20;
  expect(deal(table([3 * MIB, MIB, MIB, MIB]), 8)).toEqual({
    ...{ owners: Uint8Array.of(0, 1, 1, 1), shares: 2, bySize: Int32Array.of(0, 1, 2, 3) },
  });
  expect(deal(table([MIB, MIB, MIB, MIB, MIB, MIB]), 3)?.owners).toEqual(Uint8Array.of(0, 1, 2, 0, 1, 2));
  expect(deal(table([9 * MIB, MIB, MIB]), 8)).toBeUndefined();
  expect(deal(table(Array.from({ length: 100 }, () => 4096)), 8)).toBeUndefined();
  expect(deal(table([MIB, MIB]), 1)).toBeUndefined();
});
