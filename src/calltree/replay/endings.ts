/** How calls ended that did not return normally. */
import { Kind } from "../../calltrace/index.js";
import { Ending } from "../ending.js";
import { NO_FRAME } from "./frames.js";
import type { CountedTime } from "./scope.js";
import type { SlotTable } from "./slots.js";

/** A frame that ends. */
interface Ended {
  readonly slot: number;
  readonly node: number;
  readonly frame: number;
  /** The frame that called it. */
  readonly below: number;
  /** The kind of its record. */
  readonly what: number;
  /** Number of panics that were running deferred calls when the frame was entered. */
  readonly panics: number;
}

/** Number of frames that did not return normally, by node. */
export class Endings {
  readonly panics = new Map<number, number>();
  readonly goexits = new Map<number, number>();
  /** Never returned. */
  readonly running = new Map<number, number>();
  /** Began before the trace reaches, or while recording was paused. */
  readonly earlier = new Map<number, number>();
  /** Returned after a panic, its own or one that ended its callees. */
  readonly recovered = new Map<number, number>();
  /**
   * By open frame whose callees saw panics: the most panics at one time. Those beyond the number at its own enter began
   * beneath it.
   */
  private readonly seen = new Map<number, number>();

  /**
   * @param slots its column `panicked` is kept up to date
   * @param hold protects a node of an unmerged tree from being pruned
   */
  constructor(
    private readonly slots: Pick<SlotTable, "panicked">,
    private readonly hold: (node: number) => void,
  ) {}

  /** How a frame ends. @param counts whether the call counts */
  of({ slot, node, frame, below, what, panics }: Ended, counts: boolean): Ending {
    const seen = this.seen.get(frame) ?? 0;
    if (this.seen.delete(frame)) this.slots.panicked[slot]--;
    if (what === Kind.exitGoexit) return this.count(this.goexits, node, Ending.goexit, counts);
    const left = what === Kind.exitPanic;
    this.note(slot, below, left ? panics + 1 : panics);
    if (left) return this.count(this.panics, node, Ending.panic, counts);
    return seen > panics ? this.count(this.recovered, node, Ending.recovered, counts) : Ending.return;
  }

  /** A frame is entered late. It counts from the beginning of the `window` on if it ended within, whenever it began. */
  enterLate(node: number, time: number, { from, to }: CountedTime): void {
    if (!(time >= from && time <= to)) return;
    bump(this.earlier, node);
    this.hold(node);
  }

  /** A frame ends with its goroutine. */
  forget(frame: number): void {
    this.seen.delete(frame);
  }

  private count(by: Map<number, number>, node: number, how: Ending, counts: boolean): Ending {
    if (counts) {
      bump(by, node);
      this.hold(node);
    }
    return how;
  }

  private note(slot: number, frame: number, panics: number): void {
    if (frame === NO_FRAME || panics === 0) return;
    const before = this.seen.get(frame);
    if (before === undefined) this.slots.panicked[slot]++;
    if (before === undefined || before < panics) this.seen.set(frame, panics);
  }
}

/** Adds one to the count of a node. */
export function bump(counts: Map<number, number>, node: number): void {
  counts.set(node, (counts.get(node) ?? 0) + 1);
}
