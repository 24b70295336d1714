/** Traces whose calls were given back show the tree that was counted before. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { notePatches, openTrace } from "../../src/calltrace/index.js";
import { Recording, replayTraces } from "../../src/calltree/index.js";
import { NotFollowed } from "../../src/calltree/replay/late-queries.js";
import { buildForest } from "../support/calltrace/build-forest.js";
import { givenBack, patched, withTree } from "../support/calltrace/give-back.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { run } from "./program.js";
import { scripted } from "./script.js";

const programs = fc.array(fc.nat(1 << 20), { maxLength: 1000, size: "max" });
const nothing = { given: 0n, appended: 0n };

/** The forest but for what tells that the trace has holes. */
function forestOf(bytes: Uint8Array) {
  const forest = buildForest(memorySource(bytes));
  return { ...forest, processes: forest.processes.map(({ control, ...process }) => process) };
}

const script = `
  0  g1 { main.main
  10 g1 { main.f
  15 g1 go g2
  20 g1 } panic
  25 g1 { main.g
  30 g2 { main.worker
  40 g2 }
  50 g3<g1=TestGet/first { main.TestGet.func1`;
const control = { numbers: nothing };

test("the stored tree is that of the calls", () => {
  fc.assert(
    fc.property(programs, fc.constantFrom(128, 1024, 262144), (choices, chunkMax) => {
      const { bytes } = run(choices, chunkMax, undefined, { control });
      fc.pre(openTrace(memorySource(bytes)).processes[0].chunks.count > 0);
      try {
        expect(forestOf(withTree(bytes))).toEqual(forestOf(bytes));
      } catch (error) {
        if (!(error instanceof NotFollowed)) throw error;
      }
    }),
    { numRuns: 40 },
  );
  const bytes = scripted(script, { control });
  expect(forestOf(withTree(bytes))).toEqual(forestOf(bytes));
  expect(buildForest(memorySource(bytes)).processes[0].tree.panics.size).toBeGreaterThan(0);
});

test("what gotrace appends is found, before the tree and after it", () => {
  const [holes] = openTrace(memorySource(givenBack(scripted(script, { control })))).processes;
  expect(holes).toMatchObject({ notes: [], length: holes.source.size });
  expect(holes.problem).toBeUndefined();
  expect(holes.chunks.count).toBe(0);
  const noted = (bytes: Uint8Array, note: object) => {
    const [process] = openTrace(memorySource(bytes)).processes;
    return patched(bytes, notePatches(process, [{ ...note }]));
  };
  const whole = scripted(script, { control });
  const both = noted(
    withTree(whole, (bytes) => noted(bytes, { a: 1 })),
    { b: 2 },
  );
  const [process] = openTrace(memorySource(both)).processes;
  expect(process.notes).toEqual([{ a: 1 }, { b: 2 }]);
  expect(process.definitions).toEqual(openTrace(memorySource(whole)).processes[0].definitions);
  expect(forestOf(both).processes[0].tree).toEqual(forestOf(whole).processes[0].tree);
});

test("single calls cannot be read, nor what needs them", () => {
  const bytes = withTree(scripted(script, { control }));
  const gone = { message: expect.stringContaining("given back"), advice: expect.stringContaining("--save FILE") };
  const recording = new Recording(replayTraces(memorySource(bytes)), {}, {});
  expect(() => recording.visit({})).toThrow(expect.objectContaining(gone));
  expect(() => replayTraces(memorySource(bytes), { from: 1 })).toThrow(UserError);
  expect(() => replayTraces(memorySource(bytes), { noMerge: true })).toThrow(UserError);
});

test("without a readable tree the process is there, empty, with a problem", () => {
  const bytes = scripted(script, { control });
  const stored = withTree(bytes);
  for (const damaged of [damage(stored, stored.length - 100), damage(stored, stored.length - 700)]) {
    const [process] = forestOf(damaged).processes;
    expect(process.problem?.message).toMatch(/their tree is missing/);
    expect(process.tree.size).toBe(1);
  }
  const without = memorySource(givenBack(bytes));
  expect(() => buildForest(without)).toThrow(/^process 1000: its calls were given back .* their tree is missing$/);
  const running = { ...without, size: without.size, live: 10_000_000n };
  expect(() => buildForest(running)).toThrow(expect.objectContaining({ advice: expect.stringContaining("top 1000") }));
  expect(buildForest([without, memorySource(bytes)]).processes.map(({ tree }) => tree.size > 1)).toEqual([false, true]);
});

function damage(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] ^= 1;
  return copy;
}
