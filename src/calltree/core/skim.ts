/**
 * Passes over the records of several chunks at a time. Where a record begins depends on the one before, so one chunk alone
 * leaves the processor waiting most of the time.
 */
import { LanePlace, SkimPlace } from "../codes";

/** By tag: bytes of a plain record, else NOT_PLAIN. */
export const plainSizes: usize = memory.data(SkimPlace.tags * 2, 8);
/**
 * By the tags that the next four units of 16 bits would have, three bits each: the bytes of the plain records that begin there,
 * up to the first record that is not plain, and their number in the second byte; NOT_PLAIN if the first one is not.
 */
export const plainRuns: usize = memory.data(SkimPlace.runs * 2, 8);
/** By type: bytes of a control record, 0 for unknown types. */
export const controlSizes: usize = memory.data(SkimPlace.types, 8);
/** The lanes, see {@link Lane}. */
export const lanes: usize = memory.data(SkimPlace.lanes * LanePlace.size, 8);

const NOT_PLAIN: u32 = SkimPlace.notPlain;
/** No run of plain records has more bytes. */
const LONGEST: usize = 16;
/** The tags in four units, and what moves them to the 12 bits from bit 48 on. */
const TAGS: u64 = 0x0007000700070007;
const GATHER: u64 = 0x1000800400200;

/** A chunk; fields as in LanePlace. */
@unmanaged
class Lane {
  /** Addresses of the next record and of the end of the chunk. */
  at: usize;
  end: usize;
  /** Address of a list of the control records passed: 32 bits each, the bytes from `start`. */
  list: usize;
  listed: u32;
  /** Plain records passed. */
  plain: u32;
  start: usize;
  /** Whether there is no further record. */
  done: u32;
}

function lane(i: u32): Lane {
  return changetype<Lane>(lanes + <usize>i * LanePlace.size);
}

/** Passes over all records of `count` chunks. */
export function skim(count: u32): void {
  for (let i: u32 = 0; i < count; i++) passControls(lane(i));
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4) four(lane(i), lane(i + 1), lane(i + 2), lane(i + 3));
  for (i = 0; i + 2 <= count; i += 2) two(lane(i), lane(i + 1));
  for (i = 0; i < count; i++) one(lane(i));
}

function sizeAt(at: usize): u32 {
  return load<u16>(plainSizes + ((<usize>load<u8>(at) & 7) << 1));
}

function runAt(at: usize): u32 {
  return load<u16>(plainRuns + ((<usize>(((load<u64>(at) & TAGS) * GATHER) >> 48)) << 1));
}

/** Number of runs of plain records that surely lie within the rest of a chunk. */
function steps(lane: Lane): usize {
  return lane.done !== 0 ? 0 : (lane.end - lane.at) / LONGEST;
}

/** Passes over control records, and finds out whether others follow. */
function passControls(lane: Lane): void {
  while (lane.at < lane.end && sizeAt(lane.at) === NOT_PLAIN) {
    const head = <u32>load<u16>(lane.at);
    const size = (head & 7) === SkimPlace.control ? <usize>load<u8>(controlSizes + <usize>((head >> 3) & 31)) : 0;
    if (size === 0 || lane.at + size > lane.end) {
      lane.done = 1;
      return;
    }
    store<u32>(lane.list + ((<usize>lane.listed) << 2), lane.at - lane.start);
    lane.listed++;
    lane.at += size;
  }
  if (lane.at >= lane.end) lane.done = 1;
}

function four(a: Lane, b: Lane, c: Lane, d: Lane): void {
  while (true) {
    const most = min(min(steps(a), steps(b)), min(steps(c), steps(d)));
    if (most === 0) return;
    let atA = a.at;
    let atB = b.at;
    let atC = c.at;
    let atD = d.at;
    let passedA: u32 = 0;
    let passedB: u32 = 0;
    let passedC: u32 = 0;
    let passedD: u32 = 0;
    for (let step: usize = 0; step < most; step++) {
      const runA = runAt(atA);
      const runB = runAt(atB);
      const runC = runAt(atC);
      const runD = runAt(atD);
      if (((runA | runB | runC | runD) & NOT_PLAIN) !== 0) break;
      atA += runA & 0xff;
      atB += runB & 0xff;
      atC += runC & 0xff;
      atD += runD & 0xff;
      passedA += runA >> 8;
      passedB += runB >> 8;
      passedC += runC >> 8;
      passedD += runD >> 8;
    }
    advance(a, atA, passedA);
    advance(b, atB, passedB);
    advance(c, atC, passedC);
    advance(d, atD, passedD);
  }
}

function two(a: Lane, b: Lane): void {
  while (true) {
    const most = min(steps(a), steps(b));
    if (most === 0) return;
    let atA = a.at;
    let atB = b.at;
    let passedA: u32 = 0;
    let passedB: u32 = 0;
    for (let step: usize = 0; step < most; step++) {
      const runA = runAt(atA);
      const runB = runAt(atB);
      if (((runA | runB) & NOT_PLAIN) !== 0) break;
      atA += runA & 0xff;
      atB += runB & 0xff;
      passedA += runA >> 8;
      passedB += runB >> 8;
    }
    advance(a, atA, passedA);
    advance(b, atB, passedB);
  }
}

function one(lane: Lane): void {
  while (lane.done === 0) {
    let at = lane.at;
    const end = lane.end;
    let passed: u32 = 0;
    for (let left = steps(lane); left > 0; left--) {
      const run = runAt(at);
      if (run === NOT_PLAIN) break;
      at += run & 0xff;
      passed += run >> 8;
    }
    while (at < end) {
      const size = sizeAt(at);
      if (size === NOT_PLAIN) break;
      if (at + size > end) {
        // The last record is cut off.
        lane.done = 1;
        break;
      }
      at += size;
      passed++;
    }
    advance(lane, at, passed);
  }
}

function advance(lane: Lane, at: usize, passed: u32): void {
  lane.at = at;
  lane.plain += passed;
  passControls(lane);
}
