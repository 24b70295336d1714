/** The clock of one generation: converts ticks of Go's runtime to nanoseconds. */
import type { Batch, Memory } from "./batch.js";
import { ByteReader } from "./bytes.js";
import { Wire } from "./codes.js";
import { corrupt } from "./errors.js";
import { VERSION_SYNC } from "./spec.js";

/** Go counts nanoseconds in 63 bits; a later time is damage. */
const MAX = 2 ** 63;

/** The clock of a generation. `read` sets it. */
export class Clock {
  /** Nanoseconds per tick; 0 until the batch with the frequency was read. */
  nanosPerTick = 0;
  /** The machine's clocks at one moment, in nanoseconds: `mono` monotonic, `wall` since 1970. Go 1.25 and later. */
  snapshot: { readonly ticks: number; readonly mono: bigint; readonly wall: bigint } | undefined;

  /**
   * Converts a time in ticks to absolute nanoseconds: the product of two doubles, truncated as in Go's reader.
   *
   * @param offset of the batch, for the error
   * @throws TraceError when the time is out of range
   */
  absolute(ticks: number, offset: number): number {
    const time = Math.trunc(ticks * this.nanosPerTick);
    if (!(time < MAX)) throw corrupt(offset, `a time of ${ticks} ticks`);
    return time;
  }

  /** Whether a batch holds the frequency (and, from Go 1.25 on, the clock snapshot). */
  static isSync(batch: Batch, version: number): boolean {
    return batch.experiment === 0 && batch.kind === (version < VERSION_SYNC ? Wire.Frequency : Wire.Sync);
  }

  /** Reads the batch that `isSync` accepts. @throws TraceError when it is malformed or the second of its generation */
  read(batch: Batch, version: number, memory: Memory): void {
    const fail = (reason: string) => corrupt(batch.offset, reason);
    const from = new ByteReader(memory.bytes, batch.start, batch.end, fail);
    if (version >= VERSION_SYNC) from.byte();
    let ticks = batch.time;
    while (!from.done) {
      const kind = from.byte();
      if (kind === Wire.Frequency) {
        if (this.nanosPerTick !== 0) throw fail("two frequencies in a generation");
        const perSecond = from.unsigned();
        if (perSecond === 0) throw fail("a frequency of 0");
        this.nanosPerTick = 1 / (perSecond / 1e9);
      } else if (kind === Wire.ClockSnapshot && version >= VERSION_SYNC) {
        if (this.snapshot) throw fail("two clock snapshots in a generation");
        ticks += from.unsigned();
        const mono = from.exact();
        this.snapshot = { ticks, mono, wall: from.exact() * 1_000_000_000n + from.exact() };
      } else {
        throw fail(`a frequency or clock snapshot was expected, found ${kind}`);
      }
    }
  }
}
