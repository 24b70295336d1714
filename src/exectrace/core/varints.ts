/**
 * Decodes several varints at once (after D. Lemire and others, "Vectorized VByte Decoding", 2015). The top bits of 8
 * bytes show where numbers end. For each such pattern a table holds the shuffle that puts the first four numbers into
 * four lanes of 32 bits, where the 7-bit groups of all of them are joined at the same time.
 */
const PATTERNS = 256;
/** Bytes of a lane. */
const LANE = 4;
const LANES = 4;
/** Entries for each pattern in `lengths`. */
const COUNTS = 8;

/** By pattern: the input byte for each of the 16 output bytes; 255 for zero. */
const shuffles: usize = memory.data(256 * 16, 16);
/** By pattern and N: bytes that the first N + 1 numbers take; 0 if these are too many or too long for the lanes. */
const lengths: usize = memory.data(256 * 8);

/** By byte: the bits of a lane that its 7 bits go to. */
const masks: usize = memory.data(4 * 16, 16);

for (let byte = 0; byte < LANE; byte++) v128.store(masks + ((<usize>byte) << 4), i32x4.splat(0x7f << (7 * byte)));

for (let pattern = 0; pattern < PATTERNS; pattern++) {
  const shuffle = shuffles + <usize>pattern * 16;
  const length = lengths + <usize>(pattern * COUNTS);
  memory.fill(shuffle, 255, 16);
  memory.fill(length, 0, COUNTS);
  let at = 0;
  for (let lane = 0; lane < LANES; lane++) {
    const start = at;
    while (at < 8 && (pattern & (1 << at)) !== 0) at++;
    if (at === 8 || at - start >= LANE) break;
    for (let i = start; i <= at; i++) store<u8>(shuffle + lane * LANE + i - start, <u8>i);
    at++;
    store<u8>(length + lane, <u8>at);
  }
}

/** The top bits of the first 8 bytes. */
export function patternOf(bytes: v128): usize {
  return <usize>(i8x16.bitmask(bytes) & 0xff);
}

/** Bytes that `count` + 1 numbers take (`count` below 8); 0 if they must be decoded one by one. */
export function lengthOf(pattern: usize, count: usize): usize {
  return load<u8>(lengths + (pattern << 3) + count);
}

/** The first four numbers, in lanes of 32 bits. */
export function numbersOf(bytes: v128, pattern: usize): v128 {
  const lanes = i8x16.swizzle(bytes, v128.load(shuffles + (pattern << 4)));
  const first = v128.and(lanes, v128.load(masks));
  const second = v128.and(i32x4.shr_u(lanes, 1), v128.load(masks, 16));
  const third = v128.and(i32x4.shr_u(lanes, 2), v128.load(masks, 32));
  const fourth = v128.and(i32x4.shr_u(lanes, 3), v128.load(masks, 48));
  return v128.or(v128.or(first, second), v128.or(third, fourth));
}

/** Address just after the varint that `varint` decoded last. */
export let after: usize = 0;
/** Whether any varint was malformed, by Go's rules; never cleared. */
export let malformed: bool = false;

/** Decodes a varint of any size; 0 if it is malformed. Reads up to 10 bytes, possibly past the end of the data. */
export function varint(at: usize): i64 {
  let value: u64 = 0;
  for (let i = 0; i < 10; i++) {
    const byte = <u64>load<u8>(at++);
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      if (i === 9 && byte > 1) break;
      after = at;
      return value;
    }
  }
  malformed = true;
  after = at;
  return 0;
}
