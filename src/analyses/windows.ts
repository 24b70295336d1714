/** Close-ups for the page: what goroutines and Ps did in a few short spans of a trace. */
import { NONE, RangeName, ResourceKind } from "../exectrace/index.js";
import { isCollector } from "./chart-series.js";
import type { Lane, LaneInterval, Window, WindowRequest } from "./charts.js";
import { Activity, type GoroutineInfo, type Interval } from "./interval.js";
import type { Intervals } from "./intervals.js";
import type { Range, Ranges } from "./ranges.js";

/** Most lanes of goroutines in a window. */
const MAX_GOROUTINES = 10;
/** Most lanes to keep until it is known which goroutines ran most. */
const MAX_CANDIDATES = 64;
const MAX_PROCS = 16;
/** Number of parts of a window. Shorter intervals in the same part are merged into one. */
const PARTS = 400;
/** Most mark assists of a lane. */
const MAX_ASSISTS = 1000;
/** Most goroutines to count. */
const MAX_COUNTED = 10_000;

type State = LaneInterval["state"];
const states: Readonly<Record<Activity, State>> = {
  [Activity.Running]: "running",
  [Activity.Runnable]: "runnable",
  [Activity.Waiting]: "waiting",
  [Activity.Syscall]: "syscall",
};

/** The short intervals in one part of a lane. */
interface Crumbs {
  readonly first: LaneInterval;
  begin: number;
  end: number;
  count: number;
  readonly time: Map<State, number>;
}

/** A lane that is being filled; intervals come in any order. Memory: a few intervals for each part of the window. */
class OpenLane {
  /** Time that it ran, ns. */
  ran = 0;
  name = "";
  private readonly long: LaneInterval[] = [];
  private readonly crumbs = new Map<number, Crumbs>();
  private readonly assists: { readonly begin: number; readonly end: number }[] = [];
  private readonly part: number;

  constructor(
    readonly kind: Lane["kind"],
    readonly id: number,
    private readonly window: WindowRequest,
  ) {
    this.part = Math.max(1, (window.end - window.begin) / PARTS);
  }

  /** Adds the part of an interval that lies in the window. @param other see LaneInterval */
  add(from: number, to: number, state: State, reason: string, other: number): void {
    const begin = Math.max(from, this.window.begin);
    const end = Math.min(to, this.window.end);
    if (begin >= end) return;
    if (state === "running" || state === "gc") this.ran += end - begin;
    if (end - begin >= this.part) {
      this.long.push({ begin, end, state, reason, other });
      return;
    }
    const at = Math.floor((begin - this.window.begin) / this.part);
    const crumbs = this.crumbs.get(at);
    if (!crumbs) {
      const first = { begin, end, state, reason, other };
      this.crumbs.set(at, { first, begin, end, count: 1, time: new Map([[state, end - begin]]) });
      return;
    }
    crumbs.begin = Math.min(crumbs.begin, begin);
    crumbs.end = Math.max(crumbs.end, end);
    crumbs.count++;
    crumbs.time.set(state, (crumbs.time.get(state) ?? 0) + end - begin);
  }

  assist(begin: number, end: number): void {
    if (this.assists.length < MAX_ASSISTS) this.assists.push({ begin, end });
  }

  close(): Lane {
    let omitted = 0;
    const intervals = [...this.long];
    for (const { first, begin, end, count, time } of this.crumbs.values()) {
      if (count === 1) intervals.push(first);
      else {
        const [state] = [...time].reduce((most, entry) => (entry[1] > most[1] ? entry : most));
        intervals.push({ begin, end, state, reason: `${count} short ones, mostly this`, other: NONE });
        omitted += count - 1;
      }
    }
    intervals.push(...this.assisting(intervals.filter((interval) => interval.state === "running")));
    intervals.sort((a, b) => a.begin - b.begin || b.end - a.end);
    const all = this.kind === "proc" ? withIdle(intervals, this.window) : intervals;
    return { kind: this.kind, id: this.id, name: this.name, intervals: all, omitted };
  }

  /** The parts of mark assists in which the goroutine ran; it may also wait during an assist. */
  private assisting(running: readonly LaneInterval[]): LaneInterval[] {
    return this.assists.flatMap((assist) =>
      running
        .filter((interval) => interval.begin < assist.end && interval.end > assist.begin)
        .map((interval) => ({
          begin: Math.max(interval.begin, assist.begin),
          end: Math.min(interval.end, assist.end),
          state: "gc" as const,
          reason: RangeName.gcMarkAssist,
          other: NONE,
        })),
    );
  }
}

/** Fills the gaps of a P's lane with idle intervals. */
function withIdle(intervals: readonly LaneInterval[], window: WindowRequest): LaneInterval[] {
  const all: LaneInterval[] = [];
  let at = window.begin;
  for (const interval of [...intervals, undefined]) {
    const next = interval?.begin ?? window.end;
    if (next > at) all.push({ begin: at, end: next, state: "idle", reason: "", other: NONE });
    if (interval) all.push(interval);
    at = Math.max(at, interval?.end ?? 0);
  }
  return all;
}

class OpenWindow {
  private readonly goroutines = new Map<number, OpenLane>();
  private readonly procs = new Map<number, OpenLane>();
  private readonly active = new Set<number>();
  /** Goroutines that woke a requested goroutine. */
  private readonly wakers = new Set<number>();
  private readonly wanted: ReadonlySet<number>;

  constructor(readonly request: WindowRequest) {
    this.wanted = new Set(request.goroutines);
  }

  add(i: Interval, g: GoroutineInfo): void {
    const state = i.activity === Activity.Running && isCollector(g) ? "gc" : states[i.activity];
    const lane = this.laneOf(i, g);
    lane?.add(i.begin, i.end, state, i.reason, i.waker);
    if (i.waker !== NONE && this.wanted.has(i.goroutine) && this.wakers.size < MAX_GOROUTINES) this.wakers.add(i.waker);
    if (lane && g.startFunction !== "") lane.name = g.startFunction;
    if (i.proc === NONE) return;
    const end = i.activity === Activity.Syscall && i.procLost !== NONE ? i.procLost : i.end;
    this.procLane(i.proc)?.add(i.begin, end, state, g.startFunction, i.goroutine);
  }

  /** Adds an assist, which overlies the other intervals of its goroutine. */
  assist(r: Range): void {
    this.goroutines.get(r.id)?.assist(r.begin, r.end);
  }

  close(): Window {
    const lanes = [...this.goroutines.values()];
    const rank = (lane: OpenLane) => {
      const at = this.request.goroutines.indexOf(lane.id);
      return at >= 0 ? at : this.request.goroutines.length + (this.wakers.has(lane.id) ? 0 : 1);
    };
    lanes.sort((a, b) => rank(a) - rank(b) || b.ran - a.ran || a.id - b.id);
    const shown = lanes.slice(0, Math.max(MAX_GOROUTINES, this.wanted.size));
    const procs = [...this.procs.values()].sort((a, b) => a.id - b.id);
    return {
      begin: this.request.begin,
      end: this.request.end,
      lanes: [...shown, ...procs].map((lane) => lane.close()),
      omittedGoroutines: this.active.size - shown.filter((lane) => this.active.has(lane.id)).length,
    };
  }

  private laneOf(i: Interval, g: GoroutineInfo): OpenLane | undefined {
    const wanted = this.wanted.has(i.goroutine);
    // A goroutine that only waits in the window does not matter for what happens there.
    const acts = i.activity !== Activity.Waiting && !g.system;
    if (acts && this.active.size < MAX_COUNTED) this.active.add(i.goroutine);
    let lane = this.goroutines.get(i.goroutine);
    if (!lane && (wanted || (acts && this.goroutines.size < MAX_CANDIDATES))) {
      lane = new OpenLane("goroutine", i.goroutine, this.request);
      this.goroutines.set(i.goroutine, lane);
      // This is its first activity in the window: if it existed before, it was waiting.
      if (!wanted) lane.add(g.begin, i.begin, "waiting", i.activity === Activity.Runnable ? i.reason : "", NONE);
    }
    return lane;
  }

  private procLane(id: number): OpenLane | undefined {
    let lane = this.procs.get(id);
    if (!lane && this.procs.size < MAX_PROCS) {
      lane = new OpenLane("proc", id, this.request);
      this.procs.set(id, lane);
    }
    return lane;
  }
}

/**
 * Collects windows in a second pass over the trace, when it is known where to look. Memory is bounded by the number of
 * requests.
 */
export class WindowCollector {
  private readonly windows: readonly OpenWindow[];
  /** Windows by begin, and for each the latest end of all up to it, so that a backward search knows when to stop. */
  private readonly ordered: readonly OpenWindow[];
  private readonly latest: readonly number[];
  /** Number of windows in `ordered` that begin before the end of the latest interval; ends only grow. */
  private begun = 0;

  /** Subscribes to the sources. */
  constructor(intervals: Intervals, ranges: Ranges, requests: readonly WindowRequest[]) {
    this.windows = requests.map((request) => new OpenWindow(request));
    this.ordered = [...this.windows].sort((a, b) => a.request.begin - b.request.begin);
    let latest = 0;
    this.latest = this.ordered.map(({ request }) => {
      latest = Math.max(latest, request.end);
      return latest;
    });
    intervals.onInterval((i, g) => this.each(i.begin, i.end, (window) => window.add(i, g)));
    ranges.onRange((r) => {
      if (r.name !== RangeName.gcMarkAssist || r.resource !== ResourceKind.Goroutine) return;
      this.each(r.begin, r.end, (window) => window.assist(r));
    });
  }

  /** The windows in the order of the requests; call it after the sources are finished. */
  result(): Window[] {
    return this.windows.map((window) => window.close());
  }

  /** Calls `visit` for every window that overlaps a span of time. */
  private each(begin: number, end: number, visit: (window: OpenWindow) => void): void {
    const { ordered, latest } = this;
    while (this.begun < ordered.length && ordered[this.begun].request.begin < end) this.begun++;
    for (let i = this.begun - 1; i >= 0 && latest[i] > begin; i--) {
      const window = ordered[i];
      if (window.request.end > begin && window.request.begin < end) visit(window);
    }
  }
}
