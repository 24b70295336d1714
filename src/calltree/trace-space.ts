/** Bounds the space that the trace of a followed process takes while the process runs: has it make holes of what was read. */
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
    this.withControl((control, offset) => {
      this.giveBack(control, offset);
      this.goOn(control, offset);
    });
  }

  /** Called from time to time in between. */
  glance(): void {
    if (this.hasGiven) this.withControl((control, offset) => this.giveBack(control, offset));
  }

  private withControl(use: (control: Control, offset: number) => void): void {
    const offset = Number(this.live.process.header.numbers.control);
    const control = readControl(this.source, offset);
    if (control !== undefined && control.numbers.giveFailed === 0n) use(control, offset);
  }

  /** Asks for holes once the trace takes half of its space. */
  private giveBack({ numbers }: Control, offset: number): void {
    const room = GIVE.entries - (this.asked - Number(numbers.giveDone));
    const ranges = room === 0 ? [] : this.live.give(room, this.options.limit / 2);
    if (ranges.length === 0) return;
    this.options.write(givePatches(offset, this.asked, ranges));
    this.asked += ranges.length;
  }

  /** Ends a pause that was made because much was to be read, when little is; or nothing can be read before the process goes on. */
  private goOn(control: Control, offset: number): void {
    if (control.numbers.gate !== GATES.behind) return;
    const used = Number(readHeader(readBytes(this.source, 0, HEADER_SIZE), 0).numbers.used);
    if (this.live.hasBegun && used - this.live.replayed > this.options.limit / 32) return;
    this.options.write(settingsPatches(control, offset, { isPaused: false }, this.now()));
  }
}
