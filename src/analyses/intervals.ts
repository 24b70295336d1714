/**
 * Turns the state transitions of an ordered trace into intervals: what each goroutine did from when to when. The
 * intervals of a goroutine follow each other without gap or overlap from its begin to its end, so their durations add
 * up to its life.
 *
 * Input: the events of a TraceReader. Meanings follow Go's internal/trace (summary.go), with one exception: where Go
 * ends a goroutine that blocks "forever", here it keeps waiting.
 */
import {
  EventKind,
  type EventSource,
  GoState,
  NONE,
  ProcState,
  ResourceKind,
  type TraceEvent,
} from "../exectrace/index.js";
import {
  Activity,
  type GoroutineInfo,
  type Interval,
  type IntervalSource,
  isSystemFunction,
  type OpenInterval,
} from "./interval.js";

/** A live goroutine: what is known of it, and its open interval. */
class Track implements GoroutineInfo {
  startStack = 0;
  startFunction = "";
  end = 0;
  endedInTrace = false;
  system = false;
  state: GoState = GoState.Undetermined;
  since: number;
  reason = "";
  stack = 0;
  cut: boolean;
  waker: number = NONE;
  wakerStack = 0;
  proc: number = NONE;
  procLost: number = NONE;

  constructor(
    readonly id: number,
    readonly slot: number,
    readonly begin: number,
    readonly createdInTrace: boolean,
    readonly creator: number,
    readonly creatorStack: number,
  ) {
    this.since = begin;
    this.cut = !createdInTrace;
  }
}

const ACTIVITY = [0, 0, Activity.Runnable, Activity.Running, Activity.Waiting, Activity.Syscall] as readonly Activity[];

/** Feed every event; consumers subscribe first (see IntervalSource). Memory: one record for each live goroutine. */
export class Intervals implements IntervalSource {
  private readonly living = new Map<number, Track>();
  /** By slot: the live goroutine. */
  private readonly slots: (Track | undefined)[] = [];
  private readonly free: number[] = [];
  /** By proc: the goroutine that last entered a syscall with it. Stale entries do no harm. */
  private readonly inSyscall = new Map<number, Track>();
  private readonly begins: ((g: GoroutineInfo) => void)[] = [];
  private readonly sinks: ((i: Interval, g: GoroutineInfo) => void)[] = [];
  private readonly ends: ((g: GoroutineInfo) => void)[] = [];
  private readonly roots = new Map<number, string>();
  private readonly interval: Interval = {
    goroutine: NONE,
    activity: Activity.Running,
    reason: "",
    stack: 0,
    stopStack: 0,
    begin: 0,
    end: 0,
    cutBegin: false,
    cutEnd: false,
    waker: NONE,
    wakerStack: 0,
    proc: NONE,
    procLost: NONE,
  };
  /** Time of the latest event, ns. */
  now = 0;
  private finished = false;

  constructor(private readonly reader: EventSource) {}

  onGoroutineBegin(f: (g: GoroutineInfo) => void): void {
    this.begins.push(f);
  }

  onInterval(f: (i: Interval, g: GoroutineInfo) => void): void {
    this.sinks.push(f);
  }

  onGoroutineEnd(f: (g: GoroutineInfo) => void): void {
    this.ends.push(f);
  }

  /** The live goroutine with an id, if there is one. */
  goroutine(id: number): GoroutineInfo | undefined {
    return this.living.get(id);
  }

  /** Number of live goroutines. */
  get alive(): number {
    return this.living.size;
  }

  /** All live goroutines. */
  goroutines(): Iterable<GoroutineInfo> {
    return this.living.values();
  }

  /** Slot numbers are below this. */
  get slotCount(): number {
    return this.slots.length;
  }

  /** A copy of a live goroutine's open interval. */
  open(g: GoroutineInfo): OpenInterval {
    const { state, reason, stack, since, procLost } = g as Track;
    return { activity: ACTIVITY[state], reason, stack, begin: since, procLost };
  }

  /** When a live goroutine's open interval began, ns. */
  openSince(g: GoroutineInfo): number {
    return (g as Track).since;
  }

  /** Whether a live goroutine is running. */
  isRunning(g: GoroutineInfo): boolean {
    return (g as Track).state === GoState.Running;
  }

  feed(e: TraceEvent): void {
    this.now = e.time;
    if (e.kind !== EventKind.StateTransition) return;
    if (e.resource === ResourceKind.Goroutine) this.transition(e);
    else if (e.to === ProcState.Idle && e.from !== ProcState.Idle) this.procStops(e);
  }

  /** Closes all open intervals and goroutines at the end of the trace. */
  finish(): void {
    if (this.finished) return;
    this.finished = true;
    for (const track of this.living.values()) {
      if (this.now > track.since) this.emit(track, this.now, true, 0);
      track.since = this.now;
      track.end = this.now;
      for (const f of this.ends) f(track);
    }
    this.living.clear();
  }

  private transition(e: TraceEvent): void {
    const { from, to } = e;
    let track = this.living.get(e.id);
    if (from === to) {
      if (track && e.transitionStack !== 0) this.learn(track, e.transitionStack);
      return;
    }
    if (track === undefined) track = this.begin(e);
    else {
      if (from === GoState.Waiting && to === GoState.Runnable) {
        track.waker = e.goroutine;
        track.wakerStack = e.stack;
      }
      this.emit(track, e.time, false, from === GoState.Running ? e.transitionStack : 0);
      track.cut = false;
      track.since = e.time;
    }
    if (to === GoState.NotExist) this.end(track, e.time);
    else this.enter(track, e);
  }

  private begin(e: TraceEvent): Track {
    const created = e.from === GoState.NotExist;
    const slot = this.free.pop() ?? this.slots.length;
    const track = created
      ? new Track(e.id, slot, e.time, true, e.goroutine, e.stack)
      : new Track(e.id, slot, 0, false, NONE, 0);
    this.slots[slot] = track;
    this.living.set(e.id, track);
    if (e.transitionStack !== 0) this.learn(track, e.transitionStack);
    for (const f of this.begins) f(track);
    return track;
  }

  private end(track: Track, time: number): void {
    track.end = time;
    track.endedInTrace = true;
    this.living.delete(track.id);
    for (const f of this.ends) f(track);
    this.slots[track.slot] = undefined;
    this.free.push(track.slot);
  }

  /** Enters a state. The waker and reason of a wait are kept for the runnable interval that follows. */
  private enter(track: Track, e: TraceEvent): void {
    const from = e.from;
    const to = e.to as GoState;
    if (from === GoState.Running || from === GoState.NotExist || from === GoState.Undetermined) {
      track.stack = e.transitionStack;
      if (track.startStack === 0 && e.transitionStack !== 0) this.learn(track, e.transitionStack);
    }
    track.state = to;
    track.proc = NONE;
    track.procLost = NONE;
    if (to === GoState.Running) {
      track.proc = e.proc;
      track.reason = "";
      track.waker = NONE;
      track.wakerStack = 0;
    } else if (to === GoState.Waiting) {
      // Only coroutines, which switch to each other, have no reason in the trace.
      track.reason = e.reason || (from === GoState.Undetermined ? "" : "coroutine");
    } else if (to === GoState.Runnable) {
      if (from === GoState.NotExist) {
        track.reason = "created";
        track.waker = e.goroutine;
        track.wakerStack = e.stack;
      } else if (from !== GoState.Waiting) track.reason = from === GoState.Syscall ? "syscall" : e.reason;
    } else {
      track.reason = "";
      track.proc = e.proc;
      if (e.proc === NONE) track.procLost = track.since;
      else if (this.inSyscall.get(e.proc) !== track) this.inSyscall.set(e.proc, track);
    }
  }

  private procStops(e: TraceEvent): void {
    const track = this.inSyscall.get(e.id);
    if (track && track.state === GoState.Syscall && track.proc === e.id && track.procLost === NONE) {
      track.procLost = e.time;
    }
  }

  /** Uses a stack of a goroutine to fill in its start function, and where it has been since before the trace. */
  private learn(track: Track, stack: number): void {
    if (track.stack === 0 && track.state !== GoState.Running) track.stack = stack;
    if (track.startStack !== 0 || this.reader.stacks.depth(stack) === 0) return;
    let name = this.roots.get(stack);
    if (name === undefined) {
      name = this.reader.stacks.frames(stack).at(-1)!.function;
      this.roots.set(stack, name);
    }
    track.startStack = stack;
    track.startFunction = name;
    track.system = isSystemFunction(name);
  }

  private emit(track: Track, end: number, cutEnd: boolean, stopStack: number): void {
    const i = this.interval;
    i.goroutine = track.id;
    i.activity = ACTIVITY[track.state];
    i.reason = track.reason;
    i.stack = track.stack;
    i.stopStack = stopStack;
    i.begin = track.since;
    i.end = end;
    i.cutBegin = track.cut;
    i.cutEnd = cutEnd;
    i.waker = track.waker;
    i.wakerStack = track.wakerStack;
    i.proc = track.proc;
    i.procLost = track.procLost;
    for (const f of this.sinks) f(i, track);
  }
}
