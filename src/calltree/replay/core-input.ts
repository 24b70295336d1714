/** The part of a chunk that is in the core's memory. */
import { StateWord } from "../codes.js";
import type { OpenChunk } from "./call-stacks.js";
import { type Core, PIECE, SLACK } from "./core.js";

export class CoreInput {
  private chunk: OpenChunk | undefined;
  private from = 0;
  private until = 0;

  constructor(private readonly core: Core) {}

  /** Tells the core to go on at byte `offset` of a chunk. */
  place(chunk: OpenChunk, offset: number): void {
    const { core } = this;
    const length = chunk.size & ~1;
    // A chunk of goroutines that are short is the same in many runs.
    if (chunk !== this.chunk || offset < this.from || (offset + SLACK > this.until && this.until < length)) {
      const { units, index } = chunk;
      this.chunk = chunk;
      this.from = offset;
      this.until = Math.min(length, offset + PIECE);
      core.units.set(units.subarray((index + this.from) / 2, (index + this.until) / 2), core.input / 2);
    }
    core.words[core.stateWords + StateWord.position] = core.input + offset - this.from;
    core.words[core.stateWords + StateWord.end] = core.input + this.until - this.from;
  }

  /** Where in the chunk the core stopped, in bytes. */
  get offset(): number {
    const { core } = this;
    return core.words[core.stateWords + StateWord.position] - core.input + this.from;
  }

  /** Whether the core may have stopped because the next record is not whole in its memory. */
  isCut(chunk: OpenChunk, offset: number): boolean {
    return this.until < (chunk.size & ~1) && offset + SLACK > this.until;
  }
}
