/**
 * Random programs: turns a list of numbers into goroutines that call, return, panic and start one another. The same run
 * is written to a trace (TraceWriter) and, with the plainest code possible, to the call tree expected from it.
 */

import { type CallForest, EdgeKind } from "../../src/calltree/index.js";
import { TraceWriter, type WriterOptions } from "../support/calltrace/writer.js";

/** One distinct path with the expected calls and times. */
export interface PathTotals {
  calls: number;
  total: number;
  self: number;
  first: number;
  last: number;
  panics: number;
  goexits: number;
  running: number;
}

/** A call, with the goroutines that were started while it was open. */
interface ModelCall {
  /** As `formatCallId` writes it for a single process. */
  readonly id: string;
  readonly goid: number;
  readonly name: string;
  readonly start: number;
  end: number;
  readonly started: number[];
}

interface Frame {
  readonly call: ModelCall;
  readonly name: string;
  readonly path: string;
  readonly start: number;
  callees: number;
}

interface Goroutine {
  readonly goid: number;
  readonly slot: number;
  /** Path of the frame under which it hangs, without the edge to its own frames. */
  readonly under: string;
  readonly stack: Frame[];
  begun: boolean;
  /** Number of its calls. */
  calls: number;
  readonly parent: number;
  /** The nearest ancestor that may be in the trace; 0 for none. */
  readonly asked: number;
  readonly ref: number;
  readonly kind: EdgeKind;
}

export const NAMES = ["main.a", "main.a.func1", "main.b", "main.b.func1", "main.b.func1.1", "main.(*T).m", "p/q.x"];
const MARKS = {
  [EdgeKind.call]: "",
  [EdgeKind.exact]: "go ",
  [EdgeKind.indirect]: "go? ",
  [EdgeKind.approximate]: "go~ ",
};

export interface Run {
  readonly bytes: Uint8Array;
  readonly paths: Map<string, PathTotals>;
  readonly events: number;
  readonly goroutines: number;
  /** In the order in which they began. */
  readonly calls: readonly ModelCall[];
  /** By goroutine in the trace: the one in the trace that started it. */
  readonly starters: ReadonlyMap<number, number>;
}

/** Runs the program encoded by the choices. @param ring bytes of the ring that the trace is; by default it is none */
export function run(choices: readonly number[], chunkMax = 256, ring?: number, more: WriterOptions = {}): Run {
  return new Machine(choices, { chunkMax, ...(ring === undefined ? {} : { ring }), ...more }).run();
}

class Machine {
  private readonly trace: TraceWriter;
  private readonly ids: number[];
  private readonly site: number;
  private readonly paths = new Map<string, PathTotals>();
  private readonly calls: ModelCall[] = [];
  private readonly live: Goroutine[] = [];
  /** All goroutines, including those that have ended. */
  private readonly all = new Map<number, Goroutine>();
  private readonly freeSlots: number[] = [];
  private at = 0;
  private time = 10;
  private goids = 1;
  private slots = 1;
  private events = 0;
  private lastEvent = 0;
  private goroutines = 0;

  constructor(
    private readonly choices: readonly number[],
    options: WriterOptions,
  ) {
    this.trace = new TraceWriter(options);
    this.ids = NAMES.map((name) => this.trace.define("function", name));
    this.site = this.trace.define("go", NAMES[0]);
    // Those of a ring stay where they are while it turns.
    if (options.ring !== undefined) this.trace.writeEarly();
    this.trace.writeEarly();
    this.add({
      goid: 1,
      slot: 0,
      under: "",
      stack: [],
      begun: false,
      calls: 0,
      parent: 0,
      asked: 0,
      ref: 0,
      kind: EdgeKind.call,
    });
  }

  run(): Run {
    while (this.at < this.choices.length) this.step(this.live[this.choose(this.live.length)]);
    const end = this.lastEvent;
    for (const { stack } of this.live) {
      while (stack.length > 0) this.leave(stack, end, "running");
    }
    const { paths, events, goroutines, calls } = this;
    const begun = [...this.all.values()].filter((g) => g.begun);
    const starters = new Map(begun.map(({ goid, asked }) => [goid, this.all.get(asked)?.begun ? asked : 0]));
    return { bytes: this.trace.finish(), paths, events, goroutines, calls, starters };
  }

  private add(g: Goroutine): void {
    this.live.push(g);
    this.all.set(g.goid, g);
  }

  private event(): void {
    this.events++;
    this.lastEvent = this.time;
  }

  private choose(count: number): number {
    return (this.choices[this.at++] ?? 0) % count;
  }

  private step(g: Goroutine): void {
    this.time += [1, 5, 100, 9000, 200000][this.choose(5)];
    const what = this.choose(10);
    const { stack } = g;
    // Untraced code also starts goroutines, even from a goroutine without an open frame and before its first event.
    if (stack.length === 0 && what > 7) this.start(g, 3);
    else if (what < 4 || stack.length === 0) this.enter(g);
    else if (what < 7) this.exit(g, this.choose(8));
    else this.start(g, this.choose(4));
  }

  private enter(g: Goroutine): void {
    const { stack, time } = { stack: g.stack, time: this.time };
    const isLate = ((this.choices[this.at] ?? 0) >> 12) % 8 === 0;
    const func = this.choose(NAMES.length);
    const slot = this.trace.slot(g.slot);
    let under = stack.at(-1)?.path ?? g.under;
    if (!g.begun) {
      slot.begin(time, g.goid, g.parent, g.ref);
      g.begun = true;
      this.goroutines++;
      if (g.kind === EdgeKind.approximate) under = this.approximate(g, func);
    }
    if (isLate) slot.late(time, this.ids[func]);
    else slot.enter(time, this.ids[func]);
    this.event();
    const edge = stack.length === 0 ? MARKS[g.kind] : "";
    const path = `${under};${edge}${NAMES[func]}`;
    const totals = this.totals(path);
    totals.calls++;
    totals.first = Math.min(totals.first, time);
    const call = { id: `${g.goid}.${++g.calls}`, goid: g.goid, name: NAMES[func], start: time, end: time, started: [] };
    this.calls.push(call);
    stack.push({ call, name: NAMES[func], path, start: time, callees: 0 });
  }

  /** Determines where a goroutine without a spawn record hangs, by its parent's stack at this moment. */
  private approximate(g: Goroutine, func: number): string {
    const parent = this.all.get(g.asked);
    const stack = parent?.stack ?? [];
    for (const { call } of stack) call.started.push(g.goid);
    const around = stack.findLast(({ name }) => NAMES[func].startsWith(`${name}.`)) ?? stack.at(-1);
    const under = around?.path ?? (parent?.begun ? parent.under : "");
    (g as { under: string }).under = under;
    return under;
  }

  private exit(g: Goroutine, how: number): void {
    const slot = this.trace.slot(g.slot);
    if (how === 0) slot.exitPanic(this.time);
    else if (how === 1) slot.exitGoexit(this.time);
    else if (how === 2) slot.exitDeferred(this.time, 1 + this.choose(3));
    else slot.exit(this.time);
    this.event();
    this.leave(g.stack, this.time, how === 0 ? "panics" : how === 1 ? "goexits" : undefined);
    // The main goroutine ends last; the slots of others are reused.
    if (g.stack.length > 0 || g.goid === 1 || this.choose(2) === 0) return;
    this.live.splice(this.live.indexOf(g), 1);
    this.freeSlots.push(g.slot);
  }

  private leave(stack: Frame[], time: number, how?: "panics" | "goexits" | "running"): void {
    const frame = stack.pop()!;
    frame.call.end = time;
    const totals = this.totals(frame.path);
    const duration = time - frame.start;
    totals.total += duration;
    totals.self += duration - frame.callees;
    totals.last = Math.max(totals.last, time);
    if (how !== undefined) totals[how]++;
    const above = stack.at(-1);
    if (above !== undefined) above.callees += duration;
  }

  private start(g: Goroutine, how: number): void {
    const slot = this.freeSlots.pop() ?? this.slots++;
    const child = { goid: ++this.goids, slot, stack: [], begun: false, calls: 0 };
    if (how === 3) {
      // One in four has a parent that is not in the trace at all, one in four has a parent that g started.
      const what = this.choose(4);
      const parent = what < 2 ? 2_000_000 + child.goid : g.goid;
      if (what === 1) this.trace.slot(g.slot).parent(this.time, parent, g.goid);
      const asked = what === 0 ? 0 : g.goid;
      this.add({ ...child, under: "", parent, asked, ref: 0, kind: EdgeKind.approximate });
      return;
    }
    const ref = this.trace.slot(g.slot).spawn(this.time, this.site);
    this.event();
    const kind = how === 2 ? EdgeKind.indirect : EdgeKind.exact;
    const parent = kind === EdgeKind.indirect ? 1_000_000 + child.goid : g.goid;
    for (const { call } of g.stack) call.started.push(child.goid);
    this.add({ ...child, under: g.stack.at(-1)!.path, parent, asked: g.goid, ref, kind });
  }

  private totals(path: string): PathTotals {
    let totals = this.paths.get(path);
    if (totals === undefined) {
      totals = {
        calls: 0,
        total: 0,
        self: 0,
        first: Number.POSITIVE_INFINITY,
        last: 0,
        panics: 0,
        goexits: 0,
        running: 0,
      };
      this.paths.set(path, totals);
    }
    return totals;
  }
}

/**
 * The paths of the first process of a forest, in the form of the model. Equal paths of an unmerged tree are added up.
 */
export function pathsOf({ functions, processes: [{ tree }] }: CallForest): Map<string, PathTotals> {
  const paths = new Map<string, PathTotals>();
  const names: string[] = [""];
  for (let node = 1; node < tree.size; node++) {
    const mark = MARKS[tree.edge[node] as EdgeKind];
    const path = `${names[tree.parent[node]]};${mark}${functions[tree.func[node]].name}`;
    names.push(path);
    const before = paths.get(path);
    paths.set(path, {
      calls: (before?.calls ?? 0) + tree.calls[node],
      total: (before?.total ?? 0) + tree.total[node],
      self: (before?.self ?? 0) + tree.self[node],
      first: Math.min(before?.first ?? Number.POSITIVE_INFINITY, tree.first[node]),
      last: Math.max(before?.last ?? 0, tree.last[node]),
      panics: (before?.panics ?? 0) + (tree.panics.get(node) ?? 0),
      goexits: (before?.goexits ?? 0) + (tree.goexits.get(node) ?? 0),
      running: (before?.running ?? 0) + (tree.running.get(node) ?? 0),
    });
  }
  return paths;
}
