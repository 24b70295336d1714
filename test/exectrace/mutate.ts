/**
 * Makes damaged traces for fuzzing, for the script (scripts/fuzz-exectrace.mjs) and for its short version in a test.
 */

const EXTREMES = [
  [0x00],
  [0x01],
  [0x7f],
  [0xff, 0x7f],
  [0xff, 0xff, 0x03],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02],
];
const HEADER = 16;

/** A generator of pseudo-random numbers below a bound. */
export function randomBelow(seed: number): (bound: number) => number {
  let state = seed || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** A trace with one to three kinds of damage. */
export function damaged(corpus: readonly Uint8Array[], below: (bound: number) => number): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(corpus[below(corpus.length)]); // slice() of a Buffer would not copy
  for (let i = below(3); i >= 0; i--) {
    if (bytes.length <= HEADER) return bytes;
    const at = below(50) === 0 ? below(HEADER) : HEADER + below(bytes.length - HEADER);
    bytes = damage(bytes, at, corpus[below(corpus.length)], below);
  }
  return bytes;
}

function damage(bytes: Uint8Array, at: number, other: Uint8Array, below: (bound: number) => number): Uint8Array {
  switch (below(8)) {
    case 0:
      bytes[at] = below(256);
      return bytes;
    case 1:
      bytes[at] ^= 1 << below(8);
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
    case 4: {
      const extreme = EXTREMES[below(EXTREMES.length)];
      bytes.set(extreme.slice(0, bytes.length - at), at);
      return bytes;
    }
    case 5: {
      // Insert a piece of another trace, or of the same one.
      const from = below(other.length);
      const piece = other.subarray(from, from + below(300));
      bytes.set(piece.subarray(0, bytes.length - at), at);
      return bytes;
    }
    case 6: {
      const from = batchesOf(other);
      const start = from[below(from.length)];
      return joined(bytes.subarray(0, at), other.subarray(start));
    }
    default:
      return withBatchesMoved(bytes, below);
  }
}

/** Swaps two batches, repeats one, or leaves one out. */
function withBatchesMoved(bytes: Uint8Array, below: (bound: number) => number): Uint8Array {
  const starts = batchesOf(bytes);
  const batches = starts.map((start, i) => bytes.subarray(start, starts[i + 1] ?? bytes.length));
  const i = below(batches.length);
  const j = below(batches.length);
  const moved = batches.slice();
  if (below(3) === 0) moved.splice(i, 1);
  else if (below(2) === 0) moved.splice(j, 0, batches[i]);
  else [moved[i], moved[j]] = [batches[j], batches[i]];
  return joined(bytes.subarray(0, HEADER), ...moved);
}

/** Where batches start, up to the first damage. */
function batchesOf(bytes: Uint8Array): number[] {
  const starts: number[] = [];
  let at = HEADER;
  while (at < bytes.length) {
    starts.push(at);
    if (bytes[at] === 52) {
      at++;
      continue;
    }
    at += bytes[at] === 49 ? 2 : 1;
    let size = 0;
    for (let field = 0; field < 4; field++) {
      size = 0;
      for (let shift = 0; at < bytes.length; shift += 7) {
        const byte = bytes[at++];
        size += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
      }
    }
    at += size;
  }
  return starts.length > 0 ? starts : [0];
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
