/** Pairs the begins and ends of ranges in a trace: GC phases, stop-the-world, mark assists, sweeps. */
import { EventKind, NONE, RangeName, ResourceKind, type TraceEvent } from "../exectrace/index.js";

/** One range. The object is valid during the call only. Times: ns since the trace's start. */
export interface Range {
  /** One of RangeName. */
  name: string;
  /** Stop-the-world: its reason, such as "GC mark termination"; else "". */
  detail: string;
  /** What `id` identifies; None: a global range. */
  resource: ResourceKind;
  id: number;
  begin: number;
  end: number;
  /** Began before the trace: the duration is "at least". */
  cutBegin: boolean;
  /** Still open at the end of the trace: the duration is "at least". */
  cutEnd: boolean;
  /** The goroutine that began it, or NONE. */
  goroutine: number;
  /** That goroutine's stack at the begin; 0 if unknown. */
  stack: number;
  /** Sweeps: bytes swept and reclaimed; else 0. */
  swept: number;
  reclaimed: number;
}

/** Feed every event; consumers subscribe first. Memory: the open ranges. */
export class Ranges {
  /** Open ranges by resource and id; a resource has only a few at a time. */
  private readonly open = new Map<number, Range[]>();
  private readonly names = new Map<string, readonly [name: string, detail: string]>();
  private readonly begins: ((r: Range) => void)[] = [];
  private readonly sinks: ((r: Range) => void)[] = [];
  private now = 0;

  /** Calls `f` when a range begins or is found active; its end is not set yet. */
  onRangeBegin(f: (r: Range) => void): void {
    this.begins.push(f);
  }

  /** Calls `f` when a range ends, and at the end of the trace for each open range. */
  onRange(f: (r: Range) => void): void {
    this.sinks.push(f);
  }

  feed(e: TraceEvent): void {
    this.now = e.time;
    switch (e.kind) {
      case EventKind.RangeBegin:
      case EventKind.RangeActive:
        this.begin(e);
        break;
      case EventKind.RangeEnd:
        this.end(e);
    }
  }

  /** Closes what is open at the end of the trace. */
  finish(): void {
    for (const list of this.open.values()) {
      for (const range of list) this.emit(range, this.now, true);
    }
    this.open.clear();
  }

  private begin(e: TraceEvent): void {
    const [name, detail] = this.split(e.name);
    const key = keyOf(e);
    let list = this.open.get(key);
    if (!list) {
      list = [];
      this.open.set(key, list);
    }
    const active = e.kind === EventKind.RangeActive;
    // Later generations repeat the ranges that are open.
    if (active && list.some((range) => range.name === name && range.detail === detail)) return;
    const range: Range = {
      name,
      detail,
      resource: e.resource,
      id: e.id,
      begin: active ? 0 : e.time,
      end: 0,
      cutBegin: active,
      cutEnd: false,
      goroutine: active ? (e.resource === ResourceKind.Goroutine ? e.id : NONE) : e.goroutine,
      stack: active ? 0 : e.stack,
      swept: 0,
      reclaimed: 0,
    };
    list.push(range);
    for (const f of this.begins) f(range);
  }

  private end(e: TraceEvent): void {
    const [name, detail] = this.split(e.name);
    const list = this.open.get(keyOf(e));
    const at = list?.findIndex((range) => range.name === name && range.detail === detail) ?? -1;
    if (!list || at < 0) return;
    const [range] = list.splice(at, 1);
    if (list.length === 0 && e.resource === ResourceKind.Goroutine) this.open.delete(keyOf(e));
    range.swept = e.swept;
    range.reclaimed = e.reclaimed;
    this.emit(range, e.time, false);
  }

  private emit(range: Range, end: number, cutEnd: boolean): void {
    range.end = end;
    range.cutEnd = cutEnd;
    for (const f of this.sinks) f(range);
  }

  /** Splits `stop-the-world (REASON)` into name and reason. */
  private split(name: string): readonly [string, string] {
    let parts = this.names.get(name);
    if (!parts) {
      const stopped = name.startsWith(`${RangeName.stopTheWorld} (`);
      parts = stopped ? [RangeName.stopTheWorld, name.slice(RangeName.stopTheWorld.length + 2, -1)] : [name, ""];
      this.names.set(name, parts);
    }
    return parts;
  }
}

function keyOf(e: TraceEvent): number {
  return e.id * 4 + e.resource;
}
