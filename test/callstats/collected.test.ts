/** Requests that are collected while a process is followed are those that a walk over its finished trace finds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { RequestCollector, type Requests } from "../../src/callstats/index.js";
import { openTrace } from "../../src/calltrace/index.js";
import { Recording, replayTraces } from "../../src/calltree/index.js";
import { NotFollowed } from "../../src/calltree/replay/late-queries.js";
import { run } from "../calltree/program.js";
import { withTree } from "../support/calltrace/give-back.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { serve } from "./served-program.js";

const control = { numbers: { given: 0n, appended: 0n } };
const chunkSizes = fc.constantFrom(128, 1024, 262144);
const choices = (most: number) => fc.array(fc.nat(1 << 20), { maxLength: most, size: "max" });

function read(bytes: Uint8Array): Recording {
  return new Recording(replayTraces(memorySource(bytes)), {}, {});
}

/** What a walk finds in a trace, and what is left of it when its calls were given back; undefined if it is not followed. */
function bothWays(bytes: Uint8Array, slowest = 1000): readonly [Requests, Requests] | undefined {
  const walking = new RequestCollector(read(bytes), { kind: "handlers" }, slowest);
  expect([...walking.take()]).toEqual([]);
  read(bytes).visit(walking);
  let stored: Uint8Array;
  try {
    stored = withTree(bytes, undefined, true);
  } catch (error) {
    if (error instanceof NotFollowed) return undefined;
    throw error;
  }
  const taking = new RequestCollector(read(stored), { kind: "handlers" }, slowest);
  expect([...taking.take()]).toEqual([0]);
  return [walking.requests(), taking.requests()];
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
    }),
    { numRuns: 25 },
  );
  expect(count).toBeGreaterThan(100);
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
      const found = bothWays(serve(server, { chunkMax, control }));
      if (found === undefined) return;
      const [walked, { unkept, ...taken }] = found;
      expect(walked.count).toBeGreaterThanOrEqual(server.requests * server.connections);
      if (walked.slowest.some(({ handler }) => handler !== undefined)) split++;
      if (unkept === undefined) expect(taken).toEqual(walked);
      else {
        expect(unkept.unsplit).not.toEqual([]);
        expect(taken.count).toBe(walked.count);
        const times = ({ slowest }: Pick<Requests, "slowest">) => slowest.map(({ handler: _handler, ...rest }) => rest);
        expect(times(taken)).toEqual(times(walked));
      }
    }),
    { numRuns: 25 },
  );
  expect(split).toBeGreaterThan(0);
  const server = { connections: 4, requests: 300, handlers: 3, middleware: 2, seed: 7 };
  const [walked, taken] = bothWays(serve(server, { control }))!;
  expect(taken).toEqual(walked);
  expect(taken.roots.map(({ name }) => name).sort()).toEqual([
    "main.handler0",
    "main.handler1",
    "main.handler2",
    "main.middleware0",
  ]);
});
