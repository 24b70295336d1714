/** Walks the part of a recording that fits an event budget. */
import { type CallVisitor, type Goroutine, HeldCalls, type Recording, type Walk } from "../calltree/index.js";
import { type Fit, lengthOf } from "./event-budget.js";

/** Receives calls. Within a goroutine, times do not decrease and calls nest. */
export interface TimelineSink {
  /** A goroutine with calls begins; `node` is that of its first call. */
  begin(goroutine: Goroutine, node: number, ordinal: number): void;
  open(node: number, time: number): void;
  close(node: number, time: number, how: number): void;
  /**
   * Like CallVisitor.spawn. It may precede its enclosing call, or come without it if that is left out, but never
   * precedes `begin`: goroutines without reported calls produce nothing.
   */
  spawn?(goStatement: number, time: number, ref: number): void;
  /** The goroutine of the latest `begin` ends. */
  end?(): void;
}

/**
 * Walks, and yields from time to time. What is returned does not count what does not fit.
 * @param fit limits; none by default
 * @param chosen ordinals of the goroutines to walk; all by default
 */
export function walkExcerpt(
  recording: Recording,
  sink: TimelineSink,
  fit?: Pick<Fit, "minimum" | "depth">,
  chosen?: ReadonlySet<number>,
): Walk {
  return recording.walk(new Excerpt(sink, fit?.minimum ?? 0, fit?.depth ?? Number.POSITIVE_INFINITY, chosen));
}

/** Passes a call on once it is known to be long enough: at its end, or when a call within it is passed on. */
class Excerpt implements CallVisitor {
  private ordinal = -1;
  private goroutine!: Goroutine;
  private listens = true;
  private announced = false;
  private readonly held = new HeldCalls();
  /** Go statements before the first reported call: triples of go statement, time and reference. */
  private pending: number[] = [];

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
    this.announced = false;
    this.held.clear();
    this.pending = [];
  }

  enter(node: number, time: number): void {
    if (!this.listens || this.held.enter(node, time) >= this.limit) return;
    if (!this.announced) {
      this.announced = true;
      this.sink.begin(this.goroutine, node, this.ordinal);
      const { pending } = this;
      for (let i = 0; i < pending.length; i += 3) this.sink.spawn?.(pending[i], pending[i + 1], pending[i + 2]);
      this.pending = [];
    }
    if (this.minimum === 0) this.open();
  }

  exit(node: number, start: number, time: number, _self: number, how: number): void {
    if (!this.listens) return;
    const { held } = this;
    const { depth } = held;
    if (depth <= this.limit && (!held.holds || lengthOf(start, time) >= this.minimum)) {
      this.open();
      this.sink.close(node, time, how);
    }
    held.exit();
  }

  spawn(_node: number, goStatement: number, time: number, ref: number): void {
    if (!this.listens || !this.sink.spawn) return;
    if (this.announced) this.sink.spawn(goStatement, time, ref);
    else this.pending.push(goStatement, time, ref);
  }

  end(): void {
    if (this.announced) this.sink.end?.();
  }

  /** Passes on all open calls. */
  private open(): void {
    const { held, sink } = this;
    while (held.holds) {
      const at = held.pass();
      sink.open(held.node[at], held.start[at]);
    }
  }
}
