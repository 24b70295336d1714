/** Traces that have given back their beginning are followed from a chunk behind the holes. */
import { expect, test } from "vitest";
import { GrowingChunks } from "../../src/follow/growing-chunks.js";
import { scripted } from "../calltree/script.js";
import { memorySource } from "../support/calltrace/memory-source.js";

const calls = Array.from(
  { length: 4000 },
  (_, i) => `${10 + i} g${1 + (i % 3)} { main.f\n${10.5 + i} g${1 + (i % 3)} }`,
);
const whole = scripted(calls.join("\n"), { chunkMin: 128, chunkMax: 256 });

function chunksOf(bytes: Uint8Array, hasHoles: boolean, far?: number): number[] {
  const chunks = new GrowingChunks(memorySource(bytes), far);
  chunks.hasHoles = hasHoles;
  const found: number[] = [];
  chunks.poll(bytes.length, false, (_slot, { offset }) => found.push(offset));
  return found;
}

test("chunks are found behind holes, wherever these end", () => {
  const all = chunksOf(whole, false);
  for (const hole of [8192, 8300, 12_345]) {
    const bytes = Uint8Array.from(whole).fill(0, all[3], hole);
    // From the beginning up to the hole, and from the first chunk near the end.
    const found = chunksOf(bytes, true, 6000);
    const [later] = found.slice(3);
    expect(found.slice(0, 3)).toEqual(all.slice(0, 3));
    expect(found.slice(3)).toEqual(all.filter((offset) => offset >= later));
    expect(later).toBeGreaterThanOrEqual(Math.max(hole, whole.length - 6000 - 64));
    expect(later).toBeLessThan(Math.max(hole, whole.length - 6000) + 512);
    expect(chunksOf(bytes, false, 6000)).toEqual(all.slice(0, 3));
    // So near the end, it may be a chunk that is not written yet.
    expect(chunksOf(bytes, true, whole.length)).toEqual(all.slice(0, 3));
  }
});
