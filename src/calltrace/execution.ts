/**
 * The execution trace of a process within its call trace: its bytes, divided over chunks of kind `execution` in file order.
 * It may be much larger than memory.
 */

import { encodePayload, PAYLOAD_MAX, readPayload } from "./payload.js";
import type { ByteSource } from "./source.js";

/** The execution trace in the chunks at these offsets. Each iteration reads them again, one at a time. */
export function readExecution(source: ByteSource, offsets: readonly number[]): Iterable<Uint8Array> {
  return {
    *[Symbol.iterator]() {
      for (const offset of offsets) {
        const bytes = readPayload(source, offset);
        if (bytes !== undefined && bytes.length > 0) yield bytes;
      }
    },
  };
}

/** Encodes an execution trace as chunks to append to a call trace, one at a time. */
export function* encodeExecution(trace: Iterable<Uint8Array>): Generator<Uint8Array> {
  const buffer = new Uint8Array(PAYLOAD_MAX);
  let filled = 0;
  for (const bytes of trace) {
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + buffer.length - filled);
      buffer.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < buffer.length) continue;
      yield encodePayload("execution", buffer);
      filled = 0;
    }
  }
  if (filled > 0) yield encodePayload("execution", buffer.subarray(0, filled));
}
