/** The engine of one pass over a trace: gives each rule the events it subscribed to. */
import { type GoroutineInfo, type Interval, Intervals, type Range, Ranges } from "../analyses/index.js";
import {
  EventKind,
  type EventSource,
  MetricName,
  ResourceKind,
  type StackTable,
  type TraceEvent,
} from "../exectrace/index.js";
import type { Watch } from "./rule.js";
import { UserFrames } from "./user-frames.js";

/** Let rules subscribe, feed every event of a reader, then call `finish`. Members are documented in Watch. */
export class Engine implements Watch {
  readonly stacks: StackTable;
  readonly userFrames: UserFrames;
  now = 0;
  procs = 1;
  /** The largest GOMAXPROCS of the trace; 0 if it has none. */
  maxProcs = 0;
  events = 0;
  goroutines = 0;
  private readonly intervals: Intervals;
  private readonly ranges = new Ranges();
  private readonly byActivity: ((i: Interval, g: GoroutineInfo) => void)[][] = [[], [], [], [], []];
  private readonly transitions: ((e: TraceEvent, g: GoroutineInfo) => void)[] = [];
  private readonly byKind: ((e: TraceEvent) => void)[][] = Array.from({ length: 15 }, () => []);
  private readonly byRange = new Map<string, ((r: Range) => void)[]>();
  private readonly byRangeBegin = new Map<string, ((r: Range) => void)[]>();

  /**
   * @param module prefix of the user's import paths; without it, everything outside of the standard library is the
   * user's
   */
  constructor(reader: EventSource, module?: string) {
    this.stacks = reader.stacks;
    this.userFrames = new UserFrames(reader.stacks, module);
    this.intervals = new Intervals(reader);
    this.intervals.onInterval((i, g) => {
      for (const f of this.byActivity[i.activity]) f(i, g);
    });
    this.intervals.onGoroutineBegin(() => this.goroutines++);
    this.ranges.onRange((r) => {
      for (const f of this.byRange.get(r.name) ?? []) f(r);
    });
    this.ranges.onRangeBegin((r) => {
      for (const f of this.byRangeBegin.get(r.name) ?? []) f(r);
    });
  }

  get alive(): number {
    return this.intervals.alive;
  }

  goroutine(id: number): GoroutineInfo | undefined {
    return this.intervals.goroutine(id);
  }

  onInterval(activity: number, f: (i: Interval, g: GoroutineInfo) => void): void {
    this.byActivity[activity].push(f);
  }

  onGoroutineBegin(f: (g: GoroutineInfo) => void): void {
    this.intervals.onGoroutineBegin(f);
  }

  onGoroutineEnd(f: (g: GoroutineInfo) => void): void {
    this.intervals.onGoroutineEnd(f);
  }

  onRange(name: string, f: (r: Range) => void): void {
    push(this.byRange, name, f);
  }

  onRangeBegin(name: string, f: (r: Range) => void): void {
    push(this.byRangeBegin, name, f);
  }

  onTransition(f: (e: TraceEvent, g: GoroutineInfo) => void): void {
    this.transitions.push(f);
  }

  onEvent(kind: number, f: (e: TraceEvent) => void): void {
    this.byKind[kind].push(f);
  }

  feed(e: TraceEvent): void {
    this.events++;
    this.now = e.time;
    if (e.kind === EventKind.Metric && e.name === MetricName.gomaxprocs) {
      this.procs = e.value;
      this.maxProcs = Math.max(this.maxProcs, e.value);
    }
    if (e.kind === EventKind.StateTransition && e.resource === ResourceKind.Goroutine) this.transition(e);
    else {
      this.intervals.feed(e);
      this.ranges.feed(e);
    }
    for (const f of this.byKind[e.kind]) f(e);
  }

  private transition(e: TraceEvent): void {
    // A goroutine that ends is unknown after `feed`, one that begins is unknown before.
    const before = this.intervals.goroutine(e.id);
    this.intervals.feed(e);
    if (e.from === e.to) return;
    const g = before ?? this.intervals.goroutine(e.id);
    if (g) for (const f of this.transitions) f(e, g);
  }

  /** Closes open ranges and intervals at the end of the trace. */
  finish(): void {
    this.ranges.finish();
    this.intervals.finish();
  }
}

function push<T>(lists: Map<string, T[]>, name: string, value: T): void {
  const list = lists.get(name);
  if (list) list.push(value);
  else lists.set(name, [value]);
}
