/**
 * Replays records onto the tree: keeps each slot's stack of open frames, and adds times and counts to the nodes. This
 * is the inner loop of every report.
 */
import { grown } from "../../base/columns.js";
import { Kind, type RecordDecoder } from "../../calltrace/index.js";
import { Ending } from "../ending.js";
import { CALL_EDGE } from "./edges.js";
import { FramePool, NO_FRAME } from "./frames.js";
import { NO_NODE, type NodeTable, ROOT } from "./nodes.js";
import type { SlotTable } from "./slots.js";

/** Number of frames that did not return normally, by node. */
export interface Endings {
  readonly panics: Map<number, number>;
  readonly goexits: Map<number, number>;
  /** Never returned. */
  readonly running: Map<number, number>;
  /** Returned after a panic, its own or one that ended its callees. */
  readonly recovered: Map<number, number>;
}

/** Callbacks from the replay to the builder. */
export interface Listener {
  /** A spawn record at byte `at` of the chunk; `node` is the innermost open frame. */
  spawn(slot: number, node: number, goStatement: number, at: number, time: number): void;
  /** The goroutine is about to reach `time`, and there are queries for its stack at an earlier time. */
  capture(slot: number, time: number): void;
}

/** Receives every call. */
export interface Observer {
  enter(slot: number, node: number, time: number): void;
  /**
   * The innermost frame of the slot ends.
   *
   * @param shown whether the call overlaps the scope; `start`, `end` and `self` are clipped to it
   */
  exit(slot: number, start: number, end: number, self: number, how: Ending, shown: boolean): void;
}

/** Which calls count; times in nanoseconds since the start of the process. The others are replayed all the same. */
export interface ReplayScope {
  /** Calls shorter than this are pruned from unmerged trees. */
  readonly minimum?: number;
  /** Calls that end before `SlotTable.from` or begin after this do not count; the others are clipped to these times. */
  readonly to?: number;
  readonly observer?: Observer;
}

export class Stacks {
  readonly frames = new FramePool();
  readonly endings: Endings = { panics: new Map(), goexits: new Map(), running: new Map(), recovered: new Map() };
  /**
   * By node (the columns may be shorter): number of goroutines with the node as an outermost frame, and the latest one.
   */
  goroutines = new Int32Array(0);
  goids = new Float64Array(0);
  /**
   * By open frame whose callees saw panics: the most panics at one time. Those beyond the number at its own enter began
   * beneath it.
   */
  private readonly panics = new Map<number, number>();
  /** Exits without an open frame; an intact trace has none. */
  stray = 0;
  /** Pruned calls: those shorter than `minimum`. */
  pruned = 0;
  /** Calls outside the scope: on other goroutines, or before or after the time window. */
  filtered = { goroutine: 0, window: 0 };
  private readonly minimum: number;
  private readonly to: number;
  private readonly observer: Observer | undefined;

  constructor(
    private readonly nodes: NodeTable,
    private readonly slots: SlotTable,
    private readonly listener: Listener,
    { minimum = 0, to = Number.POSITIVE_INFINITY, observer }: ReplayScope = {},
  ) {
    this.minimum = minimum;
    this.to = to;
    this.observer = observer;
  }

  /** Replays the `count` records in the decoder's columns. */
  replay(slot: number, decoder: RecordDecoder, count: number): void {
    const { nodes, slots, frames, observer, to, minimum } = this;
    const from = slots.from[slot];
    nodes.reserve(count);
    frames.reserve(count);
    const { kind, id, time } = decoder;
    const { parent, depth, lastChild, func, edge, calls, total, self, first, last } = nodes;
    const { node: frameNode, start, callees, below } = frames;
    const { depthLimit } = nodes;
    let free = frames.free;
    let spare = frames.spare;
    let top = slots.top[slot];
    let capture = slots.capture[slot];
    // In unmerged trees `lastChild` is never set, so the fast path below is not taken.
    for (let i = 0; i < count; i++) {
      const now = time[i];
      if (now > capture) {
        slots.top[slot] = top;
        this.listener.capture(slot, now);
        capture = slots.capture[slot];
      }
      const what = kind[i];
      if (what === Kind.enter) {
        let node: number;
        if (top !== NO_FRAME) {
          let above = frameNode[top];
          if (depth[above] === depthLimit) above = parent[above];
          node = lastChild[above];
          if (func[node] !== id[i] || edge[node] !== CALL_EDGE || node === ROOT)
            node = nodes.child(above, id[i], CALL_EDGE);
        } else {
          node = nodes.child(slots.attach[slot], id[i], slots.edge[slot]);
          slots.bottom[slot] = free;
        }
        const frame = free;
        free = below[frame];
        spare--;
        frameNode[frame] = node;
        start[frame] = now;
        callees[frame] = 0;
        below[frame] = top;
        top = frame;
        if (observer !== undefined) observer.enter(slot, node, now);
      } else if (what === Kind.spawn) {
        const node = top === NO_FRAME ? slots.attach[slot] : frameNode[top];
        this.listener.spawn(slot, node, id[i], decoder.at[i], now);
      } else {
        if (top === NO_FRAME) {
          this.stray++;
          continue;
        }
        const frame = top;
        const node = frameNode[frame];
        top = below[frame];
        const begun = start[frame];
        const shown = now >= from && begun <= to;
        const begin = begun < from ? from : begun;
        const end = now > to ? to : now;
        const duration = shown ? end - begin : -1;
        let own = 0;
        if (shown) {
          own = duration - callees[frame];
          calls[node]++;
          total[node] += duration;
          self[node] += own;
          if (begin < first[node]) first[node] = begin;
          if (end > last[node]) last[node] = end;
          if (top !== NO_FRAME) {
            callees[top] += duration;
            if (parent[node] !== frameNode[top]) nodes.displace(frameNode[top], parent[node]);
          } else this.outermost(slot, node);
        } else this.leaveOut(from);
        below[frame] = free;
        free = frame;
        spare++;
        let how: Ending = Ending.return;
        if (what !== Kind.exit || slots.panicked[slot] > 0) {
          how = this.ending(slot, node, frame, top, what, what === Kind.exit ? 0 : id[i], shown);
        }
        if (observer !== undefined) observer.exit(slot, begin, end, own, how, shown);
        if (duration < minimum && nodes.isLoose(node)) {
          nodes.remove(node);
          if (shown) this.pruned++;
        }
      }
    }
    frames.free = free;
    frames.spare = spare;
    slots.top[slot] = top;
  }

  private leaveOut(from: number): void {
    if (from === Number.POSITIVE_INFINITY) this.filtered.goroutine++;
    else this.filtered.window++;
  }

  /** An outermost frame ends: counts its goroutine for the node, once. */
  private outermost(slot: number, node: number): void {
    const { slots, nodes } = this;
    if (slots.root[slot] === node) return;
    slots.root[slot] = node;
    const goid = slots.goid[slot];
    this.goids = grown(this.goids, node + 1, -1);
    this.goroutines = grown(this.goroutines, node + 1);
    if (this.goids[node] === goid) return;
    this.goids[node] = goid;
    this.goroutines[node] = nodes.merged ? this.goroutines[node] + 1 : 1;
  }

  /** @param panics number of panics that were running deferred calls when the frame was entered */
  private ending(
    slot: number,
    node: number,
    frame: number,
    below: number,
    what: number,
    panics: number,
    shown: boolean,
  ): Ending {
    const { endings } = this;
    const seen = this.panics.get(frame) ?? 0;
    if (this.panics.delete(frame)) this.slots.panicked[slot]--;
    if (what === Kind.exitGoexit) return this.count(endings.goexits, node, Ending.goexit, shown);
    const left = what === Kind.exitPanic;
    this.notePanics(slot, below, left ? panics + 1 : panics);
    if (left) return this.count(endings.panics, node, Ending.panic, shown);
    return seen > panics ? this.count(endings.recovered, node, Ending.recovered, shown) : Ending.return;
  }

  private count(counts: Map<number, number>, node: number, how: Ending, shown: boolean): Ending {
    if (shown) {
      bump(counts, node);
      this.hold(node);
    }
    return how;
  }

  private notePanics(slot: number, frame: number, panics: number): void {
    if (frame === NO_FRAME || panics === 0) return;
    const before = this.panics.get(frame);
    if (before === undefined) this.slots.panicked[slot]++;
    if (before === undefined || before < panics) this.panics.set(frame, panics);
  }

  /** Protects a node of an unmerged tree from being pruned. */
  hold(node: number): void {
    if (!this.nodes.merged && node !== NO_NODE) this.nodes.holds[node]++;
  }

  /** Ends all open frames of a slot at `time`, as never returned. */
  abandon(slot: number, time: number): void {
    const { nodes, frames, slots } = this;
    const from = slots.from[slot];
    let above = 0;
    for (let frame = slots.top[slot]; frame !== NO_FRAME; ) {
      const node = frames.node[frame];
      const next = frames.below[frame];
      const begun = frames.start[frame];
      const shown = time >= from && begun <= this.to;
      const begin = Math.max(begun, from);
      const end = Math.max(begin, Math.min(time, this.to));
      const duration = end - begin;
      const own = Math.max(0, duration - frames.callees[frame] - above);
      if (shown) {
        nodes.calls[node]++;
        nodes.total[node] += duration;
        nodes.self[node] += own;
        if (begin < nodes.first[node]) nodes.first[node] = begin;
        if (end > nodes.last[node]) nodes.last[node] = end;
        bump(this.endings.running, node);
        if (next === NO_FRAME) this.outermost(slot, node);
        above = duration;
      } else this.leaveOut(from);
      this.observer?.exit(slot, begin, end, own, Ending.running, shown);
      this.panics.delete(frame);
      frames.below[frame] = frames.free;
      frames.free = frame;
      frames.spare++;
      frame = next;
    }
    slots.top[slot] = NO_FRAME;
    slots.panicked[slot] = 0;
  }
}

function bump(counts: Map<number, number>, node: number): void {
  counts.set(node, (counts.get(node) ?? 0) + 1);
}
