/** The durations of the calls of functions as numbers in a row, which can be sent to other threads and stored. */
import { Durations } from "../base/durations.js";
import { Histogram } from "../base/histogram.js";
import { DURATION_PARTS } from "./codes.js";

/** Numbers of one function: id, count, min, max, sum, two for the squares, number of values, number of octaves. */
const HEAD = 9;
/** Buckets of an octave. */
const BUCKETS = 64;

/** What {@link packDurations} makes. */
export type PackedDurations = Float64Array<ArrayBuffer>;

/** The durations of a function; see Durations. Octaves are those of Histogram. */
export interface FunctionDurations {
  readonly func: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly squares: readonly [number, number];
  readonly values: Float64Array;
  readonly octaves: readonly (readonly [octave: number, counts: Float64Array])[];
}

export function packDurations(functions: readonly FunctionDurations[]): PackedDurations {
  const size = functions.reduce(
    (sum, { values, octaves }) => sum + HEAD + values.length + octaves.length * (1 + BUCKETS),
    0,
  );
  const packed = new Float64Array(size);
  let at = 0;
  for (const { func, count, min, max, sum, squares, values, octaves } of functions) {
    packed.set([func, count, min, max, sum, ...squares, values.length, octaves.length], at);
    at += HEAD;
    packed.set(values, at);
    at += values.length;
    for (const [octave, counts] of octaves) {
      packed[at] = octave;
      packed.set(counts, at + 1);
      at += 1 + BUCKETS;
    }
  }
  return packed;
}

/** Both, one after the other. */
export function joinDurations(a: PackedDurations, b: PackedDurations): PackedDurations {
  const joined = new Float64Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

/** By function, its id in the trace; several times for one whose durations were collected in parts. */
export function* unpackDurations(packed: PackedDurations): Generator<readonly [func: number, durations: Durations]> {
  for (let at = 0; at < packed.length; ) {
    const [func, count, min, max, sum, squares, rest, valueCount, octaveCount] = packed.subarray(at, at + HEAD);
    at += HEAD;
    const few = [...packed.subarray(at, at + valueCount)];
    at += valueCount;
    const octaves: [number, Float64Array][] = [];
    for (let octave = 0; octave < octaveCount; octave++, at += 1 + BUCKETS) {
      octaves.push([packed[at], packed.slice(at + 1, at + 1 + BUCKETS)]);
    }
    const sums = { count, min, max, sum, squares: [squares, rest] as const, few };
    const whole = { count, sum: sum / DURATION_PARTS, min: Math.round(min), max: Math.round(max) };
    yield [func, Durations.of(octaveCount === 0 ? sums : { ...sums, histogram: Histogram.of(octaves, whole) })];
  }
}
