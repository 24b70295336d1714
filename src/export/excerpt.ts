/** Walking the part of a recording that fits, in the order of the walk. */
import type { CallVisitor, Goroutine, Recording } from "../calltree/index.js";
import { type Fit, lengthOf } from "./event-budget.js";

/** Told of calls. Within a goroutine times do not decrease and calls nest. */
export interface TimelineSink {
  /** A goroutine has calls, and this is the node of its first one. */
  begin(goroutine: Goroutine, node: number, ordinal: number): void;
  open(node: number, time: number): void;
  close(node: number, time: number, how: number): void;
  /**
   * As CallVisitor.spawn; it may come before the call around it is told, and where that is left out, but not before
   * `begin`: of goroutines without calls that are told, nothing is.
   */
  spawn?(goStatement: number, time: number, ref: number): void;
  /** The goroutine that began is over. */
  end?(): void;
}

/**
 * Walks, and yields now and then.
 * @param fit what to tell of; everything where it is missing
 * @param chosen ordinals of goroutines, fewer than fit
 */
export function walkExcerpt(
  recording: Recording,
  sink: TimelineSink,
  fit?: Pick<Fit, "minimum" | "depth">,
  chosen?: ReadonlySet<number>,
): Generator<void> {
  return recording.walk(new Excerpt(sink, fit?.minimum ?? 0, fit?.depth ?? Number.POSITIVE_INFINITY, chosen));
}

/**
 * Passes a call on when it is known to last long enough: at its end, or when a call within it is passed on. Open calls
 * wait in two columns by depth; those below `told` have been passed on.
 */
class Excerpt implements CallVisitor {
  private ordinal = -1;
  private goroutine!: Goroutine;
  private listens = true;
  private introduced = false;
  private depth = 0;
  private told = 0;
  private readonly nodes: number[] = [];
  private readonly times: number[] = [];
  /** Go statements before the first call that is told: triples of go statement, time and reference. */
  private waiting: number[] = [];

  constructor(
    private readonly sink: TimelineSink,
    private readonly minimum: number,
    private readonly limit: number,
    private readonly chosen: ReadonlySet<number> | undefined,
  ) {}

  begin(goroutine: Goroutine): void {
    this.ordinal++;
    this.goroutine = goroutine;
    this.listens = this.chosen?.has(this.ordinal) ?? true;
    this.introduced = false;
    this.depth = 0;
    this.told = 0;
    this.waiting = [];
  }

  enter(node: number, time: number): void {
    const depth = this.depth++;
    if (!this.listens || depth >= this.limit) return;
    if (!this.introduced) {
      this.introduced = true;
      this.sink.begin(this.goroutine, node, this.ordinal);
      const { waiting } = this;
      for (let i = 0; i < waiting.length; i += 3) this.sink.spawn?.(waiting[i], waiting[i + 1], waiting[i + 2]);
      this.waiting = [];
    }
    if (this.minimum === 0) {
      this.sink.open(node, time);
      this.told = this.depth;
    } else {
      this.nodes[depth] = node;
      this.times[depth] = time;
    }
  }

  exit(node: number, start: number, time: number, _self: number, how: number): void {
    const depth = --this.depth;
    if (!this.listens || depth >= this.limit) return;
    if (depth >= this.told) {
      if (lengthOf(start, time) < this.minimum) return;
      for (let i = this.told; i <= depth; i++) this.sink.open(this.nodes[i], this.times[i]);
    }
    this.told = depth;
    this.sink.close(node, time, how);
  }

  spawn(_node: number, goStatement: number, time: number, ref: number): void {
    if (!this.listens || !this.sink.spawn) return;
    if (this.introduced) this.sink.spawn(goStatement, time, ref);
    else this.waiting.push(goStatement, time, ref);
  }

  end(): void {
    if (this.introduced) this.sink.end?.();
  }
}
