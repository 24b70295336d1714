/** Copies the durations that the core has collected. */
import { ID_LIMIT } from "../../calltrace/index.js";
import { DurationPlace } from "../codes.js";
import { type FunctionDurations, type PackedDurations, packDurations } from "../packed-durations.js";
import type { Core } from "./core.js";

/** The durations of all calls by function; undefined if they were not collected, or some are missing. */
export function readDurations(core: Core): PackedDurations | undefined {
  const { durations } = core;
  return durations === 0 ? undefined : readBlocks(core, ID_LIMIT + 2, (func) => durations + 4 * func);
}

/**
 * Durations in the core's memory.
 * @param entryOf the address that has the address of a block of durations, 0 for none
 * @returns undefined if some are missing for lack of memory
 */
export function readBlocks(
  { exports, words, floats, bytes }: Core,
  count: number,
  entryOf: (index: number) => number,
): PackedDurations | undefined {
  if (exports.isFull.value !== 0) return undefined;
  const view = new DataView(bytes.buffer);
  const blocks: FunctionDurations[] = [];
  for (let index = 0; index < count; index++) {
    const at = words[entryOf(index) / 4];
    if (at === 0) continue;
    const float = at / 8;
    const count = floats[float + DurationPlace.count / 8];
    const octaves: [number, Float64Array][] = [];
    for (let octave = 0; octave < DurationPlace.octaveCount; octave++) {
      const counts = words[(at + DurationPlace.octaves) / 4 + octave];
      if (counts !== 0) octaves.push([octave, floats.subarray(counts / 8, (counts + DurationPlace.octaveSize) / 8)]);
    }
    const values = float + DurationPlace.values / 8;
    blocks.push({
      func: index,
      count,
      min: floats[float + DurationPlace.min / 8],
      max: floats[float + DurationPlace.max / 8],
      sum: floats[float + DurationPlace.sum / 8],
      squares: split(
        (view.getBigUint64(at + DurationPlace.squares + 8, true) << 64n) +
          view.getBigUint64(at + DurationPlace.squares, true),
      ),
      values: floats.subarray(values, values + (octaves.length === 0 ? count : 0)),
      octaves,
    });
  }
  return packDurations(blocks);
}

/** Two numbers whose sum is that of a large one. */
function split(whole: bigint): [number, number] {
  const first = Number(whole);
  return [first, Number(whole - BigInt(first))];
}
