/** Ticks of the runtime's clock as nanoseconds: what a generation knows about time. */
import type { Batch, Memory } from "./batch.js";
import { ByteReader } from "./bytes.js";
import { Wire } from "./codes.js";
import { corrupt } from "./errors.js";
import { VERSION_SYNC } from "./spec.js";

/** Go counts nanoseconds in 63 bits; a time beyond is nonsense. */
const MAX = 2 ** 63;

export class Clock {
  /** Nanoseconds a tick; 0 until the batch with the frequency was read. */
  nanosPerTick = 0;
  /** The clocks of the machine at one moment, from Go 1.25 on. */
  snapshot: { readonly ticks: number; readonly mono: bigint; readonly wall: bigint } | undefined;

  /** Absolute nanoseconds of a time in ticks: the product of two doubles, truncated, as Go's reader has it. */
  absolute(ticks: number, offset: number): number {
    const time = Math.trunc(ticks * this.nanosPerTick);
    if (!(time < MAX)) throw corrupt(offset, `a time of ${ticks} ticks`);
    return time;
  }

  /** Whether a batch is the one that tells the frequency. */
  static isSync(batch: Batch, version: number): boolean {
    return batch.experiment === 0 && batch.kind === (version < VERSION_SYNC ? Wire.Frequency : Wire.Sync);
  }

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
