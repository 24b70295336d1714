/** The CPU samples of a generation: written apart from the events, to be merged with them by time. */
import type { Batch } from "./batch.js";
import { ByteReader } from "./bytes.js";
import { corrupt } from "./errors.js";
import { NONE } from "./event.js";
import { Wire } from "./spec.js";

export interface Sample {
  /** Ticks when read from the file. */
  readonly ticks: number;
  readonly thread: number;
  readonly proc: number;
  readonly goroutine: number;
  /** Id in the table of the generation. */
  readonly stack: number;
  /** Batch that it came in. */
  readonly offset: number;
}

/** Reads a batch of samples and appends them to `into`. */
export function readSamples(batch: Batch, into: Sample[]): void {
  const from = new ByteReader(batch.bytes, batch.start + 1, batch.end, (reason) => corrupt(batch.offset, reason));
  while (!from.done) {
    const kind = from.byte();
    if (kind !== Wire.CPUSample) throw corrupt(batch.offset, `a CPU sample was expected, found ${kind}`);
    const ticks = from.unsigned();
    const thread = from.signed();
    const proc = from.signed();
    const goroutine = from.signed() || NONE;
    into.push({ ticks, thread, proc, goroutine, stack: from.signed(), offset: batch.offset });
  }
}
