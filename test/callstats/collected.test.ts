/** Requests that are collected while a process is followed are those that a walk over its finished trace finds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { namePattern, RequestCollector, type Requests, type RootKind } from "../../src/callstats/index.js";
import { openTrace } from "../../src/calltrace/index.js";
import type { FollowOptions } from "../../src/calltree/followed.js";
import { buffersOf, ProcessFollower, Recording, replayTraces, signaturesOf } from "../../src/calltree/index.js";
import { NotFollowed } from "../../src/calltree/replay/late-queries.js";
import { unkeptLines } from "../../src/render/numbers/requests.js";
import { run } from "../calltree/program.js";
import { scripted } from "../calltree/script.js";
import { withTree } from "../support/calltrace/give-back.js";
import { GrowingSource } from "../support/calltrace/growing-source.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { serve } from "./served-program.js";

const control = { numbers: { given: 0n, appended: 0n } };
const chunkSizes = fc.constantFrom(128, 1024, 262144);
const choices = (most: number) => fc.array(fc.nat(1 << 20), { maxLength: most, size: "max" });

const HANDLERS: RootKind = { kind: "handlers" };
const TESTS: RootKind = { kind: "tests" };

/** What a follower is asked for. */
function collecting(root: RootKind): FollowOptions {
  const isNamed = root.kind === "named" && root.text !== undefined;
  const named = isNamed ? { requestRoot: { text: root.text!, matches: root.matches } } : {};
  return { collectsDurations: true, ...named };
}

function read(bytes: Uint8Array): Recording {
  return new Recording(replayTraces(memorySource(bytes)), {}, {});
}

/** Undefined if a trace cannot be followed. */
function following<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof NotFollowed) return undefined;
    throw error;
  }
}

/** What a walk finds in a trace, and what is left of it when its calls were given back; undefined if it is not followed. */
function bothWays(bytes: Uint8Array, slowest = 1000, root = HANDLERS): readonly [Requests, Requests] | undefined {
  const walking = new RequestCollector(read(bytes), root, slowest);
  expect([...walking.take()]).toEqual([]);
  read(bytes).visit(walking);
  const stored = following(() => withTree(bytes, undefined, collecting(root)));
  if (stored === undefined) return undefined;
  const taking = new RequestCollector(read(stored), root, slowest);
  expect([...taking.take()]).toEqual([0]);
  return [walking.requests(), taking.requests()];
}

/** What is collected by a follower that looks from time to time, in another thread; undefined if it cannot follow. */
function bySteps(bytes: Uint8Array, polls: number, slowest = 1000, root = HANDLERS): Requests | undefined {
  const source = new GrowingSource(bytes);
  source.advance(0);
  let now = 0n;
  const follower = new ProcessFollower(source, () => (now += 60_000n), collecting(root));
  return following(() => {
    for (let poll = 0; poll < polls; poll++) {
      source.advance((source.end * poll) / polls);
      follower.poll();
    }
    source.advance(Number.POSITIVE_INFINITY);
    const followed = follower.finish();
    const sent = structuredClone(followed, { transfer: buffersOf(followed) });
    const recording = new Recording(replayTraces(memorySource(bytes), { followed: [sent] }), {}, {});
    const collector = new RequestCollector(recording, root, slowest);
    expect([...collector.take()]).toEqual([0]);
    return collector.requests();
  });
}

test("of random programs", () => {
  let count = 0;
  fc.assert(
    fc.property(choices(1000), chunkSizes, fc.constantFrom(3, 1000), (choices, chunkMax, slowest) => {
      const { bytes } = run(choices, chunkMax, undefined, { control });
      fc.pre(openTrace(memorySource(bytes)).processes[0].chunks.count > 0);
      const [walked, taken] = bothWays(bytes, slowest) ?? [];
      if (walked === undefined || taken === undefined) return;
      count += walked.count;
      const { unkept, ...rest } = taken;
      if (unkept === undefined) expect(rest).toEqual({ ...walked, guessed: true });
      const { unkept: lacks, ...steps } = bySteps(bytes, choices.length % 7, slowest) ?? taken;
      if (lacks === undefined) expect(steps).toEqual({ ...walked, guessed: true });
    }),
    { numRuns: 15 },
  );
  expect(count).toBeGreaterThan(100);
});

test("of functions with a name, at any depth", () => {
  let count = 0;
  const patterns = fc.constantFrom("main.a", "/main.b/", "/func1/", "/./", "main.none");
  fc.assert(
    fc.property(choices(1000), chunkSizes, patterns, (choices, chunkMax, pattern) => {
      const { bytes } = run(choices, chunkMax, undefined, { control });
      fc.pre(openTrace(memorySource(bytes)).processes[0].chunks.count > 0);
      const root: RootKind = { kind: "named", ...namePattern(pattern) };
      const [walked, taken] = bothWays(bytes, 1000, root) ?? [];
      if (walked === undefined || taken === undefined) return;
      count += walked.count;
      expect(taken).toEqual(walked);
      expect(bySteps(bytes, choices.length % 7, 1000, root) ?? walked).toEqual(walked);
    }),
    { numRuns: 15 },
  );
  expect(count).toBeGreaterThan(30);
});

test("of servers, by handler behind middleware", () => {
  let split = 0;
  const servers = fc.record({
    connections: fc.integer({ min: 1, max: 5 }),
    requests: fc.integer({ min: 1, max: 50 }),
    handlers: fc.integer({ min: 1, max: 5 }),
    middleware: fc.integer({ min: 0, max: 4 }),
    seed: fc.nat(),
  });
  fc.assert(
    fc.property(servers, chunkSizes, (server, chunkMax) => {
      const bytes = serve(server, { chunkMax, control });
      const found = bothWays(bytes);
      if (found === undefined) return;
      const [walked, { unkept, ...taken }] = found;
      expect(walked.count).toBeGreaterThanOrEqual(server.requests * server.connections);
      if (walked.slowest.some(({ handler }) => handler !== undefined)) split++;
      const steps = bySteps(bytes, 5);
      if (steps !== undefined && steps.unkept === undefined) expect(steps).toEqual(walked);
      if (unkept === undefined) expect(taken).toEqual(walked);
      else {
        expect(unkept.unsplit).not.toEqual([]);
        expect(taken.count).toBe(walked.count);
        const times = ({ slowest }: Pick<Requests, "slowest">) => slowest.map(({ handler: _handler, ...rest }) => rest);
        expect(times(taken)).toEqual(times(walked));
      }
    }),
    { numRuns: 15 },
  );
  expect(split).toBeGreaterThan(0);
});

test("of a server whose handlers call more sets of functions than are told apart", () => {
  const server = { connections: 2, requests: 1200, handlers: 2, middleware: 1, seed: 7, parts: 24 };
  const bytes = serve(server, { control });
  const [walked, taken] = bothWays(bytes)!;
  expect(taken).toEqual(walked);
  const { requests } = read(withTree(bytes, undefined, collecting(HANDLERS))).forest.processes[0];
  expect(signaturesOf(requests!).length).toBeGreaterThan(1024);
  expect(taken.roots.map(({ name }) => name).sort()).toEqual(["main.handler0", "main.handler1", "main.middleware0"]);
});

/** Renames functions that a random program calls anywhere, so that they are tests. */
function withTests(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  const names = text.replaceAll("main.(*T).m", "main.TestAb").replaceAll("main.b.func1.1", "main.Benchmark");
  return Uint8Array.from(Buffer.from(names, "latin1"));
}

test("of tests, if all of them were collected", () => {
  let told = 0;
  fc.assert(
    fc.property(choices(200), chunkSizes, (choices, chunkMax) => {
      const bytes = withTests(run(choices, chunkMax, undefined, { control }).bytes);
      fc.pre(openTrace(memorySource(bytes)).processes[0].chunks.count > 0);
      const walking = new RequestCollector(read(bytes), TESTS, 1000);
      read(bytes).visit(walking);
      const followed = following(
        () => new RequestCollector(read(withTree(bytes, undefined, collecting(TESTS))), TESTS, 1000),
      );
      if (followed === undefined) return;
      const isTold = followed.take().size > 0;
      if (isTold) told += walking.requests().count;
      if (isTold) expect(followed.requests()).toEqual(walking.requests());
    }),
    { numRuns: 20 },
  );
  expect(told).toBeGreaterThan(0);
});

test("of tests as package testing runs them, with what they call", () => {
  const bytes = scripted(
    `
    0  g1 { main.TestMain
    10 g2<g1=TestGet { main.TestGet
    12 g3<g2=TestGet/first { main.TestGet.func1
    20 g3 { main.TestHelper
    25 g3 }
    30 g3 }
    32 g4<g2 { main.handle
    40 g4 }
    50 g2 }
    55 g2 { main.TestGet.func2
    60 g2 }
    70 g5<g1=BenchmarkPut { main.BenchmarkPut
    80 g5 }
    90 g6<g1=FuzzX { main.FuzzX
    99 g1 }`,
    { control },
  );
  const [walked, taken] = bothWays(bytes, 1000, TESTS)!;
  expect(taken).toEqual(walked);
  expect(walked.roots.map(({ name, count }) => `${name} ×${count}`)).toEqual([
    "main.TestGet ×1",
    "main.TestGet.func1 ×1",
    "main.BenchmarkPut ×1",
    "main.FuzzX ×1",
    "main.TestGet.func2 ×1",
  ]);
  const [handlers, takenHandlers] = bothWays(bytes)!;
  expect(takenHandlers).toEqual(handlers);
});

test("of tests on the main goroutine, and of more than are told apart", () => {
  const named = Array.from({ length: 4200 }, (_, i) => {
    const at = 10 + i;
    return `${at} g2<g1=Test/${i} { main.Test.func1\n${at + 0.5} g2 }`.replaceAll("g2", `g${i + 2}`);
  });
  const of = (...lines: string[]) => scripted(["0 g1 { main.ExampleGet", "5 g1 }", ...lines].join("\n"), { control });
  const [walked, taken] = bothWays(of(...named.slice(0, 3)), 1000, TESTS)!;
  expect(taken).toEqual(walked);
  expect(walked.count).toBe(4);
  const most = read(withTree(of(...named), undefined, collecting(TESTS)));
  expect([...new RequestCollector(most, TESTS, 3).take()]).toEqual([]);
  expect(most.forest.processes[0].requests).toBeDefined();
});

test("where nobody can tell handlers apart any more, that is said", () => {
  const request = (at: number, handlers: readonly string[]) =>
    [
      `${at} g2<g1 { main.logged`,
      ...handlers.map((name, i) => `${at + 1 + 20 * i} g2 { main.${name}\n${at + 20 + 20 * i} g2 }`),
      `${at + 2 + 20 * handlers.length} g2 }`,
    ].join("\n");
  // The first request calls a handler again and again.
  const requests = [
    Array.from({ length: 20 }, () => "get"),
    ...Array.from({ length: 22 }, () => []),
    ...Array.from({ length: 20 }, (_, i) => [i % 4 === 0 ? "get" : "put"]),
  ];
  const lines = requests.map((handlers, i) => request(10 + 1000 * i, handlers));
  const bytes = scripted(["0 g1 { main.main", ...lines, "100000 g1 }"].join("\n"), { control });
  const [walked, taken] = bothWays(bytes)!;
  expect(walked.roots.map(({ name, count }) => `${name} ×${count}`)).toEqual([
    "main.get ×6",
    "main.put ×15",
    "main.logged ×22",
  ]);
  expect(taken.unkept).toEqual({ unsplit: ["main.logged"], guesses: 0 });
  expect(taken.count).toBe(walked.count);
  expect(unkeptLines(taken)).toEqual([expect.stringContaining("not told apart by handler: requests of main.logged")]);
});

test("of the slowest, those that are kept", () => {
  const server = { connections: 2, requests: 700, handlers: 1, middleware: 0, seed: 7 };
  const bytes = serve(server, { control });
  const [walked, { unkept, ...taken }] = bothWays(bytes, 1200)!;
  expect(walked.count).toBeGreaterThan(1200);
  expect(taken).toEqual({ ...walked, slowest: walked.slowest.slice(0, 1000) });
  expect(unkept).toEqual({ unsplit: [], slowest: 1000, guesses: 0 });
  expect(unkeptLines({ ...taken, unkept: unkept! })).toEqual([expect.stringContaining("1,000 were kept")]);
});
