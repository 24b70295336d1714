/**
 * Bounds the space that the trace of a followed process takes while the process runs: has it make holes of what was read
 * and, where it writes faster than it is read, pauses it until that has changed.
 */
import {
  type ByteSource,
  type Control,
  GATES,
  GIVE,
  givePatches,
  HEADER_SIZE,
  type Patch,
  readBytes,
  readControl,
  readHeader,
  settingsPatches,
} from "../calltrace/index.js";
import type { LiveReplay } from "./replay/live.js";

/** How much space a trace may take, and who changes it. */
export interface SpaceOptions {
  /** Bytes at which the process stops recording for good. */
  readonly limit: number;
  /** Applies patches to the trace. */
  readonly write: (patches: readonly Patch[]) => void;
}

/** With more goroutines than this, what only walks over single calls or a second reading need takes too much memory. */
const MANY = 1 << 20;

export class TraceSpace {
  /** Ranges of which the process was asked to make holes. */
  private asked = 0;
  /** Bytes of the trace that are read, about. */
  private read = 0;

  constructor(
    private readonly source: ByteSource,
    private readonly live: LiveReplay,
    private readonly options: SpaceOptions,
    /** The runtime's clock, nanoseconds. */
    private readonly now: () => bigint,
  ) {}

  /** Whether a part of the trace has been given back. */
  get hasGiven(): boolean {
    return this.asked > 0;
  }

  /** Called after all that was known has been read. From when something is given back, the trace cannot be read from its beginning. */
  settle(): void {
    if (this.live.goroutines > MANY) this.live.forget();
    this.read = this.live.replayed;
    this.look(true);
  }

  /** Called from time to time in between. */
  glance(): void {
    this.look(this.hasGiven);
  }

  private look(mayGive: boolean): void {
    const offset = Number(this.live.process.header.numbers.control);
    const control = readControl(this.source, offset);
    if (control === undefined || control.numbers.giveFailed !== 0n) return;
    if (mayGive) this.giveBack(control, offset);
    this.pace(control, offset);
  }

  /** Asks for holes once the trace takes half of its space. */
  private giveBack({ numbers }: Control, offset: number): void {
    const room = GIVE.entries - (this.asked - Number(numbers.giveDone));
    const ranges = room === 0 ? [] : this.live.give(room, this.options.limit / 2);
    if (ranges.length === 0) return;
    this.options.write(givePatches(offset, this.asked, ranges));
    this.asked += ranges.length;
  }

  /** A process that is about to stop for good is paused, if the reason is that much is to be read. */
  private pace(control: Control, offset: number): void {
    const { limit, write } = this.options;
    const { gate, given } = control.numbers;
    const used = Number(readHeader(readBytes(this.source, 0, HEADER_SIZE), 0).numbers.used);
    const unread = used - this.read;
    const isFull = used - Number(given) > (limit / 8) * 7;
    if (gate === GATES.open && isFull && unread > limit / 8) {
      write(settingsPatches(control, offset, { isPaused: true, isBehind: true }, this.now()));
    } else if (gate === GATES.behind && unread <= limit / 32) {
      write(settingsPatches(control, offset, { isPaused: false }, this.now()));
    }
  }
}
