/**
 * Reads a part of a trace as if the recording had started and stopped then. The part opens with the state of the
 * program, so what was going on at that time appears to have begun before the trace.
 */
import { ExitCode, UserError } from "../base/errors.js";
import type { CutWarning } from "./errors.js";
import type { SyncDetails, TraceEvent } from "./event.js";
import { event, Snapshot } from "./snapshot.js";
import type { EventSource } from "./source.js";
import type { StackTable } from "./symbols.js";

/** A span of time in nanoseconds since the trace's beginning; both ends belong to it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the events of a span. Times are relative to its start; its last event is a Sync at its end. Memory: that of the
 * reader, and the state of the program at the start. Members not described here are those of EventSource.
 */
export class PartReader implements EventSource {
  /** The span; undefined before the first event. */
  span: Span | undefined;
  private readonly before = new Snapshot();
  private opening: Iterator<TraceEvent> | undefined;
  /** The first event of the part, delivered after the opening. */
  private held: TraceEvent | undefined;
  private begun = false;
  private over = false;

  /**
   * @param reader of the whole trace, before its first event
   * @param resolve returns the span, given when the trace began (see EventSource.wallTime)
   */
  constructor(
    private readonly reader: EventSource,
    private readonly resolve: (start: bigint | undefined) => Span,
  ) {}

  get stacks(): StackTable {
    return this.reader.stacks;
  }

  get version(): number {
    return this.reader.version;
  }

  get sync(): SyncDetails {
    return this.reader.sync;
  }

  get warning(): CutWarning | undefined {
    return this.reader.warning;
  }

  get generations(): number {
    return this.reader.generations;
  }

  get bytesRead(): number {
    return this.reader.bytesRead;
  }

  /** Whether the trace ended before the span began. */
  get isEmpty(): boolean {
    return !this.begun;
  }

  wallTime(time: number): bigint | undefined {
    return this.reader.wallTime(time + (this.span?.from ?? 0));
  }

  nextDecoded(): TraceEvent | undefined {
    if (this.over) return undefined;
    if (this.opening) {
      const { done, value } = this.opening.next();
      if (!done) return value;
      this.opening = undefined;
      return this.held;
    }
    for (let next = this.reader.nextDecoded(); next; next = this.reader.nextDecoded()) {
      this.span ??= this.resolve(this.reader.wallTime(0));
      const { from, to } = this.span;
      if (next.time < from) {
        this.before.feed(next);
        continue;
      }
      if (next.time > to) return this.end(to - from);
      // Changing the event is safe: the reader reuses it, and nobody else keeps it.
      (next as { time: number }).time -= from;
      if (this.begun) return next;
      return this.open(next);
    }
    this.over = true;
    return undefined;
  }

  private open(first: TraceEvent): TraceEvent | undefined {
    this.begun = true;
    this.held = first;
    this.opening = this.before.events();
    return this.nextDecoded();
  }

  private end(time: number): TraceEvent | undefined {
    if (!this.begun) {
      // No event lies within the span: only the state is delivered.
      this.begun = true;
      this.held = event({ time });
      this.opening = this.before.events();
      return this.nextDecoded();
    }
    this.over = true;
    return event({ time });
  }
}

/** Refuses an empty part. @throws UserError when `reader` is a PartReader and the trace ended before its span began */
export function refuseNothing(reader: EventSource): void {
  if (!(reader instanceof PartReader) || !reader.isEmpty) return;
  throw new UserError("the trace ends before --from", "see 'gotrace summary' for how long it is", ExitCode.usage);
}
