import fc from "fast-check";
import { expect, test } from "vitest";
import { type ByteSource, bundlePatches, executionPatches, openTrace, type Patch } from "../../src/calltrace/index.js";
import { fromText } from "../support/calltrace/from-text.js";
import { memorySource } from "../support/calltrace/memory-source.js";
import { small } from "./fixtures.js";

const calls = fromText(small);
const opened = (data: Uint8Array) => openTrace(memorySource(data)).processes[0];
const bytesOf = (execution: Iterable<Uint8Array> | undefined) => Buffer.concat([...(execution ?? [])]);
const seen = ({ notes, definitions, chunks, length }: ReturnType<typeof opened>) => ({
  ...{ notes, length, definitions: [...definitions.values()] },
  offsets: [...chunks.offset.subarray(0, chunks.count)],
});

/** The trace after the patches, and as it was after each of them. */
function applied(data: Uint8Array, patches: Iterable<Patch>): Uint8Array[] {
  const states = [data];
  for (const { offset, bytes } of patches) {
    const before = states[states.length - 1];
    const after = new Uint8Array(Math.max(before.length, offset + bytes.length));
    after.set(before);
    after.set(bytes, offset);
    states.push(after);
  }
  return states;
}

const withExecution = (data: Uint8Array, trace: Iterable<Uint8Array>) =>
  applied(data, executionPatches(opened(data), trace)).at(-1)!;

/** An execution trace of this size, in pieces that cross the limits of chunks. */
function* pieces(size: number, piece: number): Generator<Uint8Array> {
  for (let at = 0; at < size; at += piece) {
    yield Uint8Array.from({ length: Math.min(piece, size - at) }, (_, i) => ((at + i) * 31 + ((at + i) >>> 8)) & 255);
  }
}

test("a call trace gives back the execution trace that was appended, and its calls are the same", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 }), (parts) => {
      const process = opened(withExecution(calls, parts));
      expect(process.problem).toBeUndefined();
      expect({ ...seen(process), length: 0 }).toEqual({ ...seen(opened(calls)), length: 0 });
      expect(Buffer.compare(bytesOf(process.execution), Buffer.concat(parts))).toBe(0);
      // Read again: the same.
      expect(Buffer.compare(bytesOf(process.execution), Buffer.concat(parts))).toBe(0);
      expect(process.execution === undefined).toBe(Buffer.concat(parts).length === 0);
    }),
  );
});

test("an execution trace of several chunks is read in pieces of at most a chunk", () => {
  const whole = Buffer.concat([...pieces(2_500_000, 300_001)]);
  const process = opened(withExecution(calls, pieces(2_500_000, 300_001)));
  expect([...process.execution!].map(({ length }) => length)).toEqual([1_048_540, 1_048_540, 402_920]);
  expect(bytesOf(process.execution).equals(whole)).toBe(true);
  expect(process.holdsExecution).toBe(true);
});

test("cut anywhere, the calls remain, and the execution trace up to there", () => {
  const trace = Buffer.concat([...pieces(2000, 2000)]);
  const whole = withExecution(calls, [trace]);
  fc.assert(
    fc.property(fc.integer({ min: calls.length, max: whole.length }), (length) => {
      const process = opened(whole.slice(0, length));
      const got = bytesOf(process.execution);
      expect(got.equals(trace.subarray(0, got.length))).toBe(true);
      expect(got.length).toBe(Math.max(0, Math.min(trace.length, length - calls.length - 36)));
      expect(seen(process).offsets).toEqual(seen(opened(calls)).offsets);
    }),
  );
});

test("the trace is whole whenever gotrace is killed between two chunks", () => {
  const trace = Buffer.concat([...pieces(1_500_000, 1_500_000)]);
  const states = applied(calls, executionPatches(opened(calls), [trace]));
  expect(states).toHaveLength(7);
  expect(states.map((state) => bytesOf(opened(state).execution).length)).toEqual([
    ...[0, 0, 1_048_540, 1_048_540, 1_048_540],
    ...[1_500_000, 1_500_000],
  ]);
  // Only what was not yet counted is an unknown rest.
  expect(states.map((state) => openTrace(memorySource(state)).problem?.message)).toEqual([
    ...[undefined, "what follows the trace is not one", undefined, undefined],
    ...["what follows the trace is not one", undefined, undefined],
  ]);
});

test("a source may know the execution traces of its processes from elsewhere; a bundle then holds them", () => {
  const second = withExecution(calls, [Uint8Array.of(9)]);
  const bundle = Buffer.concat([calls, second]);
  const source: ByteSource = {
    ...memorySource(bundle),
    execution: ({ base, info }, held) => held ?? [Uint8Array.of(base, info.pid)],
  };
  const { processes } = openTrace(source);
  expect(processes.map(({ execution }) => [...bytesOf(execution)])).toEqual([[0, 42], [9]]);
  expect(processes.map(({ holdsExecution }) => holdsExecution)).toEqual([false, true]);
  const copies = processes.map((process) => {
    const { base, length } = process;
    return applied(bundle.subarray(base, base + length), bundlePatches(process)).at(-1)!;
  });
  const again = openTrace(memorySource(Buffer.concat(copies)));
  expect(again.problem).toBeUndefined();
  expect(again.processes.map(({ execution }) => [...bytesOf(execution)])).toEqual([[0, 42], [9]]);
  expect(again.processes.every(({ holdsExecution }) => holdsExecution)).toBe(true);
});
