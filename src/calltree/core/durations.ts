/**
 * Collects the durations of calls by function while calls end: the same numbers as Durations (base/durations.ts), in blocks
 * of memory that are made when a function's first call ends.
 */
import { DURATION_PARTS, DurationPlace } from "../codes";

/** By function: address of its block, 32 bits; 0 for none. */
let table: usize = 0;
/** The memory for blocks, of which nothing was used from `free` on. */
let free: usize = 0;
let end: usize = 0;

export let isCollecting: bool = false;
/** Whether some durations are missing, for lack of memory. */
export let isFull: bool = false;

/** Starts collecting. All memory that is handed over must be zero. */
export function collectDurations(tableAt: usize, from: usize, to: usize): void {
  table = tableAt;
  free = from;
  end = to;
  isCollecting = true;
}

/** Fields as in DurationPlace. */
@unmanaged
class Block {
  count: f64;
  min: f64;
  max: f64;
  sum: f64;
  squaresLow: u64;
  squaresHigh: u64;
}

export function recordDuration(func: u32, duration: f64): void {
  recordAt(table + ((<usize>func) << 2), duration);
}

/** Records a duration in the block whose address is at `entry`. */
export function recordAt(entry: usize, duration: f64): void {
  let at = <usize>load<u32>(entry);
  if (at === 0) {
    at = take(DurationPlace.size);
    if (at === 0) return;
    store<u32>(entry, <u32>at);
    changetype<Block>(at).min = Infinity;
  }
  const block = changetype<Block>(at);
  const time = duration > 0 ? duration : 0;
  const parts = <u64>(time * DURATION_PARTS + 0.5);
  const before = block.count;
  block.count = before + 1;
  block.sum += <f64>parts;
  addSquare(block, parts);
  if (time < block.min) block.min = time;
  if (time > block.max) block.max = time;
  if (before < DurationPlace.few) {
    store<f64>(at + ((<usize>before) << 3), time, DurationPlace.values);
    return;
  }
  if (before === DurationPlace.few) {
    for (let value: usize = 0; value < <usize>before; value++) {
      count(at, load<f64>(at + (value << 3), DurationPlace.values));
    }
  }
  count(at, time);
}

/** Squares have up to 100 bits; those of times below half a second, 64. */
function addSquare(block: Block, value: u64): void {
  const high = value >> 32;
  const low = value & 0xffffffff;
  if (high === 0) {
    addTo(block, low * low, 0);
    return;
  }
  const middle = high * low;
  addTo(block, low * low, high * high);
  addTo(block, middle << 33, middle >> 31);
}

function addTo(block: Block, low: u64, high: u64): void {
  const sum = block.squaresLow + low;
  block.squaresHigh += high + (sum < low ? 1 : 0);
  block.squaresLow = sum;
}

/** Counts a time in its bucket, as Histogram (base/histogram.ts) does. */
function count(block: usize, time: f64): void {
  const value = <u64>(time + 0.5);
  let low = <u32>value;
  let octave: u32 = 0;
  if (value >= 0x80000000) {
    low = <u32>(value >> 22);
    octave = 22;
  }
  const shift = 25 - <i32>clz<u32>(low);
  let sub = low;
  if (shift >= 0) {
    octave += <u32>shift + 1;
    sub = (low >> shift) - 64;
  }
  const entry = block + ((<usize>octave) << 2);
  let counts = <usize>load<u32>(entry, DurationPlace.octaves);
  if (counts === 0) {
    counts = take(DurationPlace.octaveSize);
    if (counts === 0) return;
    store<u32>(entry, <u32>counts, DurationPlace.octaves);
  }
  const bucket = counts + ((<usize>sub) << 3);
  store<f64>(bucket, load<f64>(bucket) + 1);
}

function take(size: usize): usize {
  if (free + size > end) {
    isFull = true;
    return 0;
  }
  const at = free;
  free += size;
  return at;
}
