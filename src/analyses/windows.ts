/** Collects close-ups of short windows, in a second pass over a trace when it is known where to look. */
import { NONE, type TraceEvent, type TraceReader } from "../exectrace/index.js";
import type { Lane, LaneInterval, Window, WindowRequest } from "./charts.js";
import { Activity, type GoroutineInfo, type Interval, Intervals } from "./intervals.js";

const MOST_LANES = 24;
/** Goroutines that are looked at for a window, to choose those that ran most. */
const MOST_CANDIDATES = 512;
const MOST_INTERVALS = 400;
const STATES = ["", "running", "runnable", "waiting", "syscall"] as const;
const WORKERS = "runtime.gcBgMarkWorker";

class LaneBuilder {
  readonly intervals: LaneInterval[] = [];
  omitted = 0;
  busy = 0;
  name = "";

  constructor(readonly id: number) {}

  add(interval: LaneInterval): void {
    if (this.intervals.length < MOST_INTERVALS) this.intervals.push(interval);
    else this.omitted++;
  }

  build(kind: Lane["kind"]): Lane {
    const { id, name, intervals, omitted } = this;
    return { kind, id, name, intervals, omitted };
  }
}

class OpenWindow {
  readonly goroutines = new Map<number, LaneBuilder>();
  readonly procs = new Map<number, LaneBuilder>();
  readonly wakers = new Set<number>();
  readonly wanted: ReadonlySet<number>;
  dropped = 0;

  constructor(readonly request: WindowRequest) {
    this.wanted = new Set(request.goroutines);
  }
}

/** Memory: at most 512 lanes of 400 intervals for each window. */
export class WindowCollector {
  private readonly intervals: Intervals;
  private readonly windows: readonly OpenWindow[];
  /** By begin; and the latest end of a window and all before it. */
  private readonly sorted: readonly OpenWindow[];
  private readonly latest: number[] = [];

  constructor(reader: TraceReader, requests: readonly WindowRequest[]) {
    this.windows = requests.map((request) => new OpenWindow(request));
    this.sorted = [...this.windows].sort((a, b) => a.request.begin - b.request.begin);
    let end = 0;
    for (const { request } of this.sorted) {
      end = Math.max(end, request.end);
      this.latest.push(end);
    }
    this.intervals = new Intervals(reader);
    this.intervals.onInterval((i, g) => this.add(i, g));
  }

  feed(e: TraceEvent): void {
    this.intervals.feed(e);
  }

  /** The windows in the order of the requests. */
  finish(): Window[] {
    this.intervals.finish();
    return this.windows.map(build);
  }

  private add(i: Interval, g: GoroutineInfo): void {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]!.request.begin < i.end) low = middle + 1;
      else high = middle;
    }
    for (let n = low - 1; n >= 0 && this.latest[n]! > i.begin; n--) {
      const window = this.sorted[n]!;
      if (window.request.end > i.begin) addTo(window, i, g);
    }
  }
}

function addTo(window: OpenWindow, i: Interval, g: GoroutineInfo): void {
  const { request, goroutines, wanted } = window;
  const begin = Math.max(i.begin, request.begin);
  const end = Math.min(i.end, request.end);
  let lane = goroutines.get(g.id);
  if (!lane) {
    // Who only waits is not looked at, unless asked for.
    const idle = i.activity === Activity.Waiting && begin === request.begin && end === request.end;
    if (!wanted.has(g.id) && (idle || goroutines.size >= MOST_CANDIDATES)) {
      if (!idle) window.dropped++;
      return;
    }
    lane = new LaneBuilder(g.id);
    goroutines.set(g.id, lane);
  }
  lane.name = g.startFunction;
  const running = i.activity === Activity.Running;
  const state = running && g.startFunction === WORKERS ? "gc" : STATES[i.activity];
  if (running) lane.busy += end - begin;
  if (wanted.has(g.id) && i.waker !== NONE) window.wakers.add(i.waker);
  lane.add({ begin, end, state: state as LaneInterval["state"], reason: i.reason, other: i.waker });
  if (i.proc === NONE) return;
  const held = i.procLost === NONE ? end : Math.min(i.procLost, end);
  if (held > begin)
    procLane(window, i.proc).add({ begin, end: held, state: state as LaneInterval["state"], reason: "", other: g.id });
}

function procLane({ procs }: OpenWindow, proc: number): LaneBuilder {
  let lane = procs.get(proc);
  if (!lane) {
    lane = new LaneBuilder(proc);
    procs.set(proc, lane);
  }
  return lane;
}

function build({ request, goroutines, procs, wakers, wanted, dropped }: OpenWindow): Window {
  const rank = (lane: LaneBuilder) => (wanted.has(lane.id) ? 2 : wakers.has(lane.id) ? 1 : 0);
  const ordered = [...goroutines.values()].sort((a, b) => rank(b) - rank(a) || b.busy - a.busy);
  const shown = ordered.slice(0, Math.max(MOST_LANES, wanted.size));
  const lanes = shown.map((lane) => lane.build("goroutine"));
  for (const lane of [...procs.values()].sort((a, b) => a.id - b.id)) {
    lanes.push({ ...lane.build("proc"), intervals: withIdle(lane.intervals, request) });
  }
  return { begin: request.begin, end: request.end, lanes, omittedGoroutines: ordered.length - shown.length + dropped };
}

/** Fills the gaps of a P. */
function withIdle(intervals: readonly LaneInterval[], { begin, end }: WindowRequest): LaneInterval[] {
  const filled: LaneInterval[] = [];
  let last = begin;
  const idle = (to: number) => {
    if (to > last) filled.push({ begin: last, end: to, state: "idle", reason: "", other: NONE });
  };
  for (const interval of intervals) {
    idle(interval.begin);
    filled.push(interval);
    last = interval.end;
  }
  if (intervals.length < MOST_INTERVALS) idle(end);
  return filled;
}
