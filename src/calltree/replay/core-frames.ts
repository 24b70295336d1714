/** The frames of open calls in the core (core/frames.ts). Those of a slot lie in a block, whose first frame stands for none. */
import { FramePlace, StateWord } from "../codes.js";
import type { Core } from "./core.js";
import { NO_FRAME } from "./frames.js";
import type { SlotTable } from "./slots.js";

/** No node, no frame, no block. */
export const NONE = 0;
/** More frames than a slot can have. */
const DEEPEST = 2 ** 28;

type Columns = Pick<SlotTable, "top" | "bottom">;

/** Of a slot, `top` is the address of the innermost open frame, and `bottom` that of the block. */
export class CoreFrames {
  constructor(private readonly core: Core) {}

  /** Address of the innermost open frame of the slot that is loaded. */
  get top(): number {
    const top = this.core.words[this.core.stateWords + StateWord.top];
    return top === this.base ? NONE : top;
  }

  /** Address of its block. */
  get base(): number {
    return this.core.words[this.core.stateWords + StateWord.base];
  }

  /** Hands the frames of a slot to the core. */
  load({ top, bottom }: Columns, slot: number): void {
    const { words, stateWords } = this.core;
    const base = bottom[slot] === NO_FRAME ? NONE : bottom[slot];
    words[stateWords + StateWord.base] = base;
    words[stateWords + StateWord.top] = top[slot] === NO_FRAME ? base : top[slot];
  }

  /** Takes them back. */
  store({ top, bottom }: Columns, slot: number): void {
    top[slot] = this.top === NONE ? NO_FRAME : this.top;
    bottom[slot] = this.base === NONE ? NO_FRAME : this.base;
  }

  /** Addresses of a slot's open frames, innermost first. */
  *open({ top, bottom }: Columns, slot: number): Generator<number> {
    if (top[slot] === NO_FRAME) return;
    for (let frame = top[slot]; frame > bottom[slot]; frame -= FramePlace.size) yield frame;
  }

  /** Addresses of the outermost open frames of all slots. */
  outermost({ top, bottom }: Columns): number[] {
    return [...bottom].filter((_, slot) => top[slot] !== NO_FRAME).map((base) => base + FramePlace.size);
  }

  /** A number that stands for an open frame of the slot that is loaded as long as it is open: its address may change. */
  idOf(slot: number, frame: number): number {
    return slot * DEEPEST + (frame - this.base) / FramePlace.size;
  }

  /** Lets a call begin. */
  makeRoom(): void {
    while (this.core.exports.makeRoom() === 0) this.core.growFrames();
  }
}
