/** The CPU samples of a generation: written apart from the events, to be merged with them by time. */
import { type Batch, type Memory, readerOf } from "./batch.js";
import { NONE, Wire } from "./codes.js";
import { corrupt } from "./errors.js";

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
export function readSamples(batch: Batch, memory: Memory, into: Sample[]): void {
  const from = readerOf(batch, memory);
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
