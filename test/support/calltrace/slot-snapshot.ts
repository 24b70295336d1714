/** The snapshot with which a slot begins a chunk of a ring: its goroutine and the open frames. */
import { specNamed, writeRecord } from "./bits.js";
import type { TraceWriter } from "./writer.js";

interface Beginning {
  readonly goid: number;
  readonly parentGoid: number;
  readonly spawnRef: number;
  readonly test: number;
}

const RESUME = specNamed("resume");
const FRAME = specNamed("frame");

/** The most frames of a snapshot. */
const MOST = 50;

export class SlotSnapshot {
  private begun: (Beginning & { readonly time: number }) | undefined;
  private frames: { readonly time: number; readonly id: number }[] = [];

  begin(beginning: Beginning, time: number): void {
    this.begun = { ...beginning, time };
    this.frames = [];
  }

  enter(time: number, id: number): void {
    this.frames.push({ time, id });
  }

  exit(): void {
    this.frames.pop();
  }

  /** Bytes of the snapshot; 0 before a goroutine began. */
  get size(): number {
    return this.begun === undefined ? 0 : RESUME.bytes + FRAME.bytes * Math.min(MOST, this.frames.length);
  }

  /** Writes it at an offset. @returns the end */
  write(trace: TraceWriter, offset: number): number {
    if (this.begun === undefined) return offset;
    const { time, ...fields } = this.begun;
    const kept = this.frames.slice(-MOST);
    const omitted = this.frames.length - kept.length;
    const numbers = Object.entries({ ...fields, frames: kept.length, omitted });
    const values = numbers.map(([name, value]): [string, bigint] => [name, BigInt(value)]);
    writeRecord(RESUME, new Map([...values, ["begin", trace.pair(time).ticks]]), trace.bytes, offset);
    let at = offset + RESUME.bytes;
    for (const { time, id } of kept) {
      const fields = { id: BigInt(id), start: trace.pair(time).ticks };
      writeRecord(FRAME, new Map(Object.entries(fields)), trace.bytes, at);
      at += FRAME.bytes;
    }
    return at;
  }
}
