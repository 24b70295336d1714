/** The core (WebAssembly) against the replay in TypeScript: all of a tree is the same, bit for bit. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ForestOptions, replayTraces } from "../../src/calltree/index.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { TraceWriter } from "../support/calltrace/writer.js";
import { run } from "./program.js";
import { scripted } from "./script.js";

/** Builds the trees in both ways, and compares them. */
function compare(
  bytes: Uint8Array,
  options: ForestOptions = {},
  scope: Parameters<typeof replayTraces>[2] = undefined,
): void {
  const [core, plain] = [false, true].map((isPlain) =>
    replayTraces(memorySource(bytes), { ...options, isPlain }, scope),
  );
  expect(core.forest).toEqual(plain.forest);
  expect(core.filtered).toEqual(plain.filtered);
  const numbered = ({ built, traces }: ReturnType<typeof replayTraces>) =>
    traces.map((_, process) => built.at(process).replayed).map(({ numbers, end }) => ({ numbers, end }));
  expect(numbered(core)).toEqual(numbered(plain));
}

const programs = fc.array(fc.nat(1 << 20), { maxLength: 600, size: "max" });
const chunkSizes = fc.constantFrom(128, 256, 1024, 262144);

test("random programs, with limits of depth and paths, in windows, of some goroutines", () => {
  const options = fc.record(
    {
      depthLimit: fc.integer({ min: 2, max: 6 }),
      pathLimit: fc.integer({ min: 2, max: 30 }),
      from: fc.integer({ min: 0, max: 2e6 }),
      to: fc.integer({ min: 0, max: 4e6 }),
    },
    { requiredKeys: [] },
  );
  const goroutines = fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 12 })), { nil: undefined });
  fc.assert(
    fc.property(programs, chunkSizes, options, goroutines, (choices, chunkMax, options, ids) => {
      const { from = 0, to = Number.POSITIVE_INFINITY } = options;
      if (from > to) return;
      const scope = ids === undefined ? {} : { goroutines: new Set(ids) };
      compare(run(choices, chunkMax).bytes, options, () => scope);
    }),
    { numRuns: 150 },
  );
});

test("damaged traces", () => {
  fc.assert(
    fc.property(
      programs,
      chunkSizes,
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      (choices, chunkMax, changes) => {
        const bytes = run(choices, chunkMax).bytes.slice();
        for (const [at, value] of changes) bytes[4096 + Math.floor(at * (bytes.length - 4097))] = value;
        compare(bytes);
      },
    ),
    { numRuns: 300 },
  );
});

test.each(["golden.gotrace", "golden-0.1.0.gotrace"])("the trace %s", (name) => {
  compare(readFileSync(join(import.meta.dirname, "../../testdata/format", name)));
});

test("a chunk larger than what the core has in memory at a time, with a deep stack, ids of all lengths and long pauses", () => {
  const trace = new TraceWriter({ capacity: 1 << 21, rate: 3 });
  const slot = trace.slot(0);
  slot.begin(1000, 1);
  let time = 2000;
  const after = (pause: number) => {
    time += pause;
    return time;
  };
  const depth = 20_000;
  const ids = [1, 4095, 4096, 2 ** 20 - 1, 2 ** 20, 2 ** 31, 2 ** 32 - 1];
  for (let i = 0; i < depth; i++) slot.enter(after(i % 100 === 0 ? 2 ** 27 : i % 37), ids[i % ids.length]);
  for (let i = 0; i < depth - 10; i++) slot.exit(after(i % 1000 === 0 ? 2 ** 15 : i % 29));
  for (let i = 0; i < 20_000; i++) {
    slot.enter(after(7), ids[i % 3]);
    if (i % 500 === 0) slot.exitPanic(after(3));
    else slot.exit(after(3));
  }
  compare(trace.finish(), { pathLimit: 5000 });
});

test("a goroutine whose outermost function changes counts once for each of them", () => {
  const calls = Array.from({ length: 40 }, (_, i) => {
    const [goid, name] = [`g${1 + (i % 2)}`, `main.f${Math.floor(i / 2) % 3}`];
    return `${i * 10} ${goid} { ${name}\n ${i * 10 + 5} ${goid} }`;
  });
  const bytes = scripted(calls.join("\n"));
  compare(bytes);
  const [{ tree }] = replayTraces(memorySource(bytes)).forest.processes;
  expect([...tree.goroutines.values()]).toEqual([1, 1, 1, 1, 1, 1]);
});
