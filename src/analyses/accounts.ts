/**
 * Sums up where the time of each goroutine goes, in disjoint parts that add up to its life. Mark assists of a running
 * goroutine are taken out of its running time.
 */
import { NONE, RangeName, ResourceKind } from "../exectrace/index.js";
import { Activity, type GoroutineInfo, type Interval } from "./interval.js";
import type { Intervals } from "./intervals.js";
import type { Range, Ranges } from "./ranges.js";

/** Numbers of the fixed parts. Waits follow, one part for each reason. */
const Part = { Running: 0, GcAssist: 1, Runnable: 2, Syscall: 3, SyscallBlocked: 4 } as const;
const FIRST_WAIT = 5;

/** Time of one or several goroutines by part, in ns. The parts add up to `total` exactly. */
export interface Breakdown {
  readonly total: number;
  readonly running: number;
  /** Running, but in a mark assist for the garbage collector. */
  readonly gcAssist: number;
  readonly runnable: number;
  /** In a syscall, still holding its P. */
  readonly syscall: number;
  /** In a syscall, after the scheduler took its P away because it took long. */
  readonly syscallBlocked: number;
  /** Waits by the runtime's reason; "" for those that began before the trace. */
  readonly waiting: Readonly<Record<string, number>>;
}

/** Keeps the sums of all live goroutines. Memory: one row of numbers for each. */
export class Accounts {
  private readonly reasons = new Map<string, number>();
  private readonly reasonNames: string[] = [];
  private lastReason = "";
  private lastPart = -1;
  private stride = 16;
  /** By slot, `stride` numbers each. */
  private sums = new Float64Array(64 * 16);
  /** By slot: begin of the open mark assist, or NONE; ns of finished assists within the open running interval. */
  private readonly assistSince: number[] = [];
  private readonly assistDone: number[] = [];
  private readonly rows: Sums[] = [];
  private readonly closes: ((g: GoroutineInfo, sums: Float64Array) => void)[] = [];

  /** Subscribes to its sources. @param begin @param end only time within this span counts */
  constructor(
    private readonly intervals: Intervals,
    ranges: Ranges,
    private readonly begin = 0,
    private readonly end = Number.POSITIVE_INFINITY,
  ) {
    intervals.onGoroutineBegin((g) => this.open(g));
    intervals.onInterval((i, g) => this.add(i, g));
    intervals.onGoroutineEnd((g) => this.close(g));
    ranges.onRangeBegin((r) => this.assistBegins(r));
    ranges.onRange((r) => this.assistEnds(r));
  }

  /** Calls `f` with the sums of each goroutine that ends; the array is reused, so copy what you keep. */
  onClose(f: (g: GoroutineInfo, sums: Float64Array) => void): void {
    this.closes.push(f);
  }

  /** Number of parts so far. */
  get parts(): number {
    return FIRST_WAIT + this.reasonNames.length;
  }

  /**
   * The sums of a live goroutine up to now, including its open interval. Rows are needed for the begin and end of every
   * region, so they are reused: give the row back with `release`.
   */
  read(g: GoroutineInfo): Sums {
    const open = this.intervals.open(g);
    const part = this.partOf(open.activity, open.reason);
    const row = this.take();
    const { sums, stride } = this;
    const at = g.slot * stride;
    for (let i = 0; i < stride; i++) row[i] = sums[at + i];
    const from = Math.max(open.begin, this.begin);
    const to = Math.min(this.intervals.now, this.end);
    if (to <= from) return row;
    if (open.activity === Activity.Running) {
      const assist = this.assistDone[g.slot] + this.openAssist(g.slot, from, to);
      row[Part.GcAssist] += assist;
      row[Part.Running] += to - from - assist;
    } else if (part === Part.Syscall) {
      const lost = open.procLost === NONE ? to : Math.min(Math.max(open.procLost, from), to);
      row[Part.Syscall] += lost - from;
      row[Part.SyscallBlocked] += to - lost;
    } else row[part] += to - from;
    return row;
  }

  /** A row of zeros. */
  zeros(): Sums {
    return this.take().fill(0);
  }

  /** Gives a row back; undefined is allowed. */
  release(row: Sums | undefined): void {
    if (row && row.length === this.stride) this.rows.push(row);
  }

  private take(): Sums {
    const row = this.rows.pop();
    return row && row.length === this.stride ? row : new Float64Array(this.stride);
  }

  /** Converts a row of sums to named parts. */
  breakdown(sums: ArrayLike<number>): Breakdown {
    const waiting: Record<string, number> = {};
    let total = 0;
    const parts = Math.min(sums.length, this.parts);
    for (let part = 0; part < parts; part++) {
      total += sums[part];
      if (part >= FIRST_WAIT && sums[part] > 0) waiting[this.reasonNames[part - FIRST_WAIT]] = sums[part];
    }
    return {
      total,
      running: sums[Part.Running] ?? 0,
      gcAssist: sums[Part.GcAssist] ?? 0,
      runnable: sums[Part.Runnable] ?? 0,
      syscall: sums[Part.Syscall] ?? 0,
      syscallBlocked: sums[Part.SyscallBlocked] ?? 0,
      waiting,
    };
  }

  /** A part's name: "running", "GC assist", "runnable", "syscall", "syscall without P", or the reason of a wait. */
  partName(part: number): string {
    const fixed = ["running", "GC assist", "runnable", "syscall", "syscall without P"];
    return fixed[part] ?? (this.reasonNames[part - FIRST_WAIT] || "unknown wait");
  }

  private open(g: GoroutineInfo): void {
    const { slot } = g;
    if ((slot + 1) * this.stride > this.sums.length) this.resize(this.stride, (slot + 1) * 2);
    this.sums.fill(0, slot * this.stride, (slot + 1) * this.stride);
    this.assistSince[slot] = NONE;
    this.assistDone[slot] = 0;
  }

  private add(i: Interval, g: GoroutineInfo): void {
    const from = i.begin < this.begin ? this.begin : i.begin;
    const to = i.end > this.end ? this.end : i.end;
    if (to <= from) return;
    const { slot } = g;
    if (i.activity === Activity.Running) {
      const row = slot * this.stride;
      const assist = this.assistDone[slot] + this.openAssist(slot, from, to);
      this.assistDone[slot] = 0;
      this.sums[row + Part.GcAssist] += assist;
      this.sums[row + Part.Running] += to - from - assist;
      return;
    }
    const part = this.partOf(i.activity, i.reason);
    const row = slot * this.stride;
    if (part === Part.Syscall && i.procLost !== NONE) {
      const lost = Math.min(Math.max(i.procLost, from), to);
      this.sums[row + Part.Syscall] += lost - from;
      this.sums[row + Part.SyscallBlocked] += to - lost;
    } else this.sums[row + part] += to - from;
  }

  private close(g: GoroutineInfo): void {
    const row = this.sums.subarray(g.slot * this.stride, g.slot * this.stride + this.parts);
    for (const f of this.closes) f(g, row);
  }

  private openAssist(slot: number, from: number, to: number): number {
    const since = this.assistSince[slot];
    return since === NONE ? 0 : Math.max(0, to - Math.max(from, since));
  }

  private assistBegins(r: Range): void {
    if (r.name !== RangeName.gcMarkAssist || r.resource !== ResourceKind.Goroutine) return;
    const g = this.intervals.goroutine(r.id);
    if (g) this.assistSince[g.slot] = r.begin;
  }

  private assistEnds(r: Range): void {
    if (r.name !== RangeName.gcMarkAssist || r.resource !== ResourceKind.Goroutine || r.cutEnd) return;
    const g = this.intervals.goroutine(r.id);
    if (!g) return;
    if (this.intervals.isRunning(g)) {
      const from = Math.max(this.intervals.openSince(g), this.begin);
      this.assistDone[g.slot] += this.openAssist(g.slot, from, Math.min(r.end, this.end));
    }
    this.assistSince[g.slot] = NONE;
  }

  private partOf(activity: Activity, reason: string): number {
    if (activity === Activity.Running) return Part.Running;
    if (activity === Activity.Runnable) return Part.Runnable;
    if (activity === Activity.Syscall) return Part.Syscall;
    if (reason === this.lastReason && this.lastPart >= 0) return this.lastPart;
    let part = this.reasons.get(reason);
    if (part === undefined) {
      part = FIRST_WAIT + this.reasonNames.push(reason) - 1;
      this.reasons.set(reason, part);
      if (part >= this.stride) this.resize(this.stride * 2, this.sums.length / this.stride);
    }
    this.lastReason = reason;
    this.lastPart = part;
    return part;
  }

  private resize(stride: number, rows: number): void {
    const sums = new Float64Array(stride * rows);
    const used = Math.min(rows, this.sums.length / this.stride);
    for (let slot = 0; slot < used; slot++) {
      sums.set(this.sums.subarray(slot * this.stride, (slot + 1) * this.stride), slot * stride);
    }
    this.sums = sums;
    this.stride = stride;
  }
}

/** A row of sums in ns, indexed by part. */
export type Sums = Float64Array<ArrayBuffer>;

/** Computes `to` + `sums` − `minus`, in place if `to` is long enough, else in a new row. Returns the result. */
export function addSums(to: Sums, sums: ArrayLike<number>, minus?: ArrayLike<number>): Sums {
  let out = to;
  if (out.length < sums.length) {
    out = new Float64Array(sums.length);
    out.set(to);
  }
  for (let part = 0; part < sums.length; part++) out[part] += sums[part];
  if (minus) for (let part = 0; part < minus.length; part++) out[part] -= minus[part];
  return out;
}
