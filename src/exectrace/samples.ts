/**
 * Reads the CPU samples of a generation. They come in batches apart from the events and are merged with these by time.
 */
import { type Batch, type Memory, readerOf } from "./batch.js";
import { NONE, Wire } from "./codes.js";
import { corrupt } from "./errors.js";

/** One sample; ids are NONE if it has no goroutine, proc or thread. */
export interface Sample {
  /** Time in ticks. */
  readonly ticks: number;
  readonly thread: number;
  readonly proc: number;
  readonly goroutine: number;
  /** Id in the generation's table. */
  readonly stack: number;
  /** Offset of its batch in the file. */
  readonly offset: number;
}

/** Reads a batch of samples and appends them to `into`. @throws TraceError when it is malformed */
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
