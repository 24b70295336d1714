/** Lets a visitor look at the open calls of a core that goes through an outline of a goroutine's calls. */
import type { OpenCalls, OutlineVisitor } from "../visitor.js";
import { MappedPlace, OpenPlace, WalkPlace, WalkWord } from "../walk-codes.js";
import type { Core } from "./core.js";

/** In place of the least number of open calls, if there was no event. */
const NONE = 0xffffffff;
const NOTHING: OpenCalls = [];

export class WalkOutline implements OpenCalls {
  constructor(
    private readonly core: Core,
    private readonly visitor: OutlineVisitor,
  ) {}

  /** A goroutine begins. */
  begin(): void {
    this.core.floats[this.core.walk + WalkPlace.due] = Number.NEGATIVE_INFINITY;
    this.set(WalkWord.least, NONE);
    this.set(WalkWord.looked, 0);
  }

  /** A record follows that the core has not told of. All events before it must have been taken. */
  look(): void {
    this.lookAt(this.core.floats[this.core.walk + WalkPlace.now], this);
    this.set(WalkWord.looked, 1);
  }

  /** The goroutine ends. */
  end(): void {
    this.lookAt(Number.POSITIVE_INFINITY, NOTHING);
  }

  get length(): number {
    return (this.get(WalkWord.next) - this.get(WalkWord.base)) / this.get(WalkWord.stride);
  }

  at(level: number): number | undefined {
    const { length } = this;
    const place = level < 0 ? length + level : level;
    if (place < 0 || place >= length) return undefined;
    const call = this.get(WalkWord.base) + place * this.get(WalkWord.stride);
    const node = this.core.words[(call + OpenPlace.node) / 4];
    return this.core.words[(node + MappedPlace.node) / 4];
  }

  private lookAt(time: number, open: OpenCalls): void {
    const { core, visitor } = this;
    const least = this.get(WalkWord.least);
    const fewest =
      least === NONE ? Number.POSITIVE_INFINITY : (least - this.get(WalkWord.base)) / this.get(WalkWord.stride);
    visitor.look(time, open, fewest, core.floats[core.walk + WalkPlace.upTo]);
    core.floats[core.walk + WalkPlace.due] = visitor.due;
    core.floats[core.walk + WalkPlace.tells] = visitor.tells;
    this.set(WalkWord.least, NONE);
  }

  private get(place: WalkWord): number {
    return this.core.words[this.core.walkWords + place];
  }

  private set(place: WalkWord, value: number): void {
    this.core.words[this.core.walkWords + place] = value;
  }
}
