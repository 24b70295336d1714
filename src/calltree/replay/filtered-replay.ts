/**
 * Passes the calls of a replay that a selection shows on to a visitor: skips the others, and holds calls back until
 * they have lasted `minimum`.
 */
import { grown } from "../../base/columns.js";
import { Ending } from "../ending.js";
import { CallCount, HeldCalls } from "../held-calls.js";
import { CallStateMeter, type StateClock } from "../state-meter.js";
import { DROPPED, REMOVED } from "../views/select.js";
import type { CallVisitor, Goroutine } from "../visitor.js";
import type { Begun, WalkObserver } from "./replay.js";
import type { CountedTime } from "./scope.js";

/** Maps from the numbers of a replay to those of the forest. */
export interface ReplayMaps {
  readonly process: number;
  /** By builder's node: the node of the tree, or REMOVED, or DROPPED. */
  readonly nodes: Int32Array;
  /** By node of the tree: 1 if it is shown. Undefined: all are. */
  readonly shown: Uint8Array | undefined;
  /** By builder's node: 1 if it is shown only as context for nodes beneath it; its self time does not count. */
  readonly context: Uint8Array | undefined;
  /** From the id of a go statement to its index among the functions. */
  readonly goStatement: (id: number) => number;
  /** The node of the tree that a goroutine is attached to, and its edge. */
  readonly place: (begun: Begun) => Pick<Goroutine, "node" | "edge" | "goStatement">;
}

/** Number of calls that a walk did not visit although they are in the trees. */
export interface HiddenCalls {
  /** Those that are too short. */
  readonly minimum: number;
  /** Those of nodes that are not shown. */
  readonly paths: number;
}

export class FilteredReplay implements WalkObserver {
  readonly hidden = { minimum: 0, paths: 0 };
  /** Open calls, each with its value of `nodes`. */
  private readonly held = new HeldCalls();
  /** By level of the open calls: time of removed callees, traced calls beneath, context, number on the goroutine. */
  private carried = new Float64Array(64);
  private beneath = new Float64Array(64);
  private context = new Uint8Array(64);
  private number = new Float64Array(64);
  private readonly count = new CallCount();
  private from = Number.NEGATIVE_INFINITY;
  private to = Number.POSITIVE_INFINITY;
  /** The same as `from`; infinite while calls do not count whatever their times. */
  private opens = Number.NEGATIVE_INFINITY;
  /** Go statements of calls still held, in order. Their depths do not decrease. */
  private pending: { depth: number; readonly goStatement: number; readonly time: number; readonly ref: number }[] = [];
  private begun: Begun | undefined;
  private goroutine: Goroutine | undefined;
  private readonly states: CallStateMeter | undefined;

  constructor(
    private readonly maps: ReplayMaps,
    private readonly visitor: CallVisitor,
    private readonly minimum: number,
    clock?: StateClock,
  ) {
    this.states = clock && new CallStateMeter(clock);
  }

  begin(begun: Begun, { from, to }: CountedTime): void {
    this.begun = begun;
    this.from = this.opens = from;
    this.to = to;
    this.goroutine = undefined;
    this.held.clear();
    this.pending = [];
    this.count.begin(begun.goid);
    this.states?.begin(begun.goid, Math.max(begun.time, from));
  }

  enter(_slot: number, built: number, time: number): void {
    const at = this.held.enter(this.maps.nodes[built], time);
    if (at >= this.context.length) this.grow();
    this.number[at] = ++this.count.calls;
    this.context[at] = this.maps.context?.[built] ?? 0;
    this.carried[at] = this.beneath[at] = 0;
    const isWithin = time >= this.opens && time <= this.to;
    this.states?.enter(Math.min(Math.max(time, this.from), this.to), isWithin);
    if (this.minimum === 0 && isWithin) this.passOpenCalls();
  }

  exit(_slot: number, start: number, end: number, self: number, how: Ending, shown: boolean): void {
    const { held } = this;
    const at = held.depth - 1;
    const below = at - 1;
    const node = held.node[at];
    // An end after `to` comes as `to`, where the goroutine may be waiting.
    const isEvent = how !== Ending.running && end < this.to;
    this.states?.exit(Math.min(end, this.to), shown && this.context[at] === 0, node === REMOVED, isEvent);
    if (shown) {
      if (below >= 0) this.beneath[below] += this.beneath[at] + 1;
      const own = this.carried[at] + (this.context[at] === 1 ? 0 : self);
      if (node === REMOVED) {
        if (below >= 0) this.carried[below] += own;
      } else if (!this.isShown(node)) {
        if (node !== DROPPED) this.hidden.paths++;
      } else if (end - start < this.minimum) this.hidden.minimum++;
      else {
        this.passOpenCalls();
        this.visitor.exit?.(node, start, end, own, how, this.beneath[at], this.states, this.number[at]);
      }
    }
    held.exit();
    const { pending } = this;
    if (pending.length === 0) return;
    // A goroutine started by a call that is not shown counts as started by its caller.
    for (let i = pending.length - 1; i >= 0 && pending[i].depth > at; i--) pending[i].depth = at;
    this.passPending();
  }

  spawn(goStatement: number, time: number, ref: number): void {
    if (!(time <= this.to) || this.opens === Number.POSITIVE_INFINITY) return;
    const what = { depth: this.held.depth, goStatement, time: Math.max(time, this.from), ref };
    if (this.held.holds) this.pending.push(what);
    else this.passSpawn(what);
  }

  cut(counts: boolean): void {
    this.opens = counts ? this.from : Number.POSITIVE_INFINITY;
  }

  end(time: number): void {
    if (this.goroutine === undefined) return;
    const last = Math.min(time, this.to);
    this.visitor.end?.(this.goroutine, last, this.states?.end(last));
  }

  private isShown(node: number): boolean {
    if (node === REMOVED || node === DROPPED) return false;
    return this.maps.shown === undefined || this.maps.shown[node] === 1;
  }

  /** Passes on all open calls. */
  private passOpenCalls(): void {
    const { held } = this;
    while (held.holds) {
      const at = held.pass();
      const node = held.node[at];
      if (this.isShown(node)) {
        this.announce();
        this.visitor.enter?.(node, Math.max(held.start[at], this.from), this.number[at]);
      }
      if (this.pending.length > 0) this.passPending();
    }
  }

  /** Passes on the pending go statements of calls that have been passed on. */
  private passPending(): void {
    const { pending } = this;
    const { passed } = this.held;
    let count = 0;
    while (count < pending.length && pending[count].depth <= passed) this.passSpawn(pending[count++]);
    if (count > 0) this.pending = pending.slice(count);
  }

  /** Passes on a go statement, for the innermost shown call, if any. */
  private passSpawn({ goStatement, time, ref }: Readonly<{ goStatement: number; time: number; ref: number }>): void {
    const { node, passed } = this.held;
    let at = passed - 1;
    while (at >= 0 && !this.isShown(node[at])) at--;
    if (at >= 0) this.visitor.spawn?.(node[at], this.maps.goStatement(goStatement), time, ref);
  }

  private announce(): void {
    if (this.goroutine !== undefined || this.begun === undefined) return;
    const { goid, parentGoid, spawnRef, time } = this.begun;
    const { process } = this.maps;
    const place = this.maps.place(this.begun);
    this.goroutine = { process, goid, parentGoid, ...place, spawn: spawnRef, start: Math.max(time, this.from) };
    this.visitor.begin?.(this.goroutine);
  }

  private grow(): void {
    const length = this.held.depth * 2;
    this.carried = grown(this.carried, length);
    this.beneath = grown(this.beneath, length);
    this.context = grown(this.context, length);
    this.number = grown(this.number, length);
  }
}
