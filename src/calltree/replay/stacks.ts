/**
 * Replays records onto the tree: keeps each slot's stack of open frames, and adds times and counts to the nodes. This
 * is the inner loop of every report.
 */
import { grown } from "../../base/columns.js";
import { Kind, type RecordDecoder } from "../../calltrace/index.js";
import { Ending } from "../ending.js";
import type { CallDurations } from "./call-durations.js";
import { CALL_EDGE } from "./edges.js";
import { bump, Endings } from "./endings.js";
import { FramePool, NO_FRAME } from "./frames.js";
import { NO_NODE, type NodeTable, ROOT } from "./nodes.js";
import type { Listener, Observer, StackOptions } from "./observer.js";
import { OutermostNodes } from "./outermost.js";
import { CallCut, type CountedTime, windowOf } from "./scope.js";
import type { SlotTable } from "./slots.js";

export class Stacks {
  readonly frames = new FramePool();
  readonly endings: Endings;
  /**
   * By node (the columns may be shorter): number of goroutines with the node as an outermost frame, and the last one by id.
   */
  goroutines = new Int32Array(0);
  goids = new Float64Array(0);
  private readonly outermostNodes = new OutermostNodes();
  /** Exits without an open frame; an intact trace has none. */
  stray = 0;
  /** Pruned calls: those shorter than `minimum`. */
  pruned = 0;
  /** Calls outside the scope: not of the family, on other goroutines, or before or after the time window. */
  filtered = { call: 0, goroutine: 0, window: 0 };
  private readonly minimum: number;
  /** On the slot of the scope's call. */
  private cut: CallCut | undefined;
  private cutSlot = -1;
  private decoder: RecordDecoder | undefined;
  private readonly observer: Observer | undefined;

  constructor(
    protected readonly nodes: NodeTable,
    protected readonly slots: SlotTable,
    private readonly listener: Listener,
    private readonly scope: StackOptions = {},
    /** Gets those of all calls that count. */
    protected readonly durations?: CallDurations,
  ) {
    this.endings = new Endings(slots, (node) => this.hold(node));
    this.minimum = scope.minimum ?? 0;
    this.observer = scope.observer;
  }

  /** A goroutine begins on a slot, which has no open frames. @returns the window in which its calls count */
  open(slot: number, goid: number): CountedTime {
    const { slots, scope } = this;
    const window = windowOf(goid, scope);
    slots.from[slot] = window.from;
    slots.to[slot] = window.to;
    this.outermostNodes.begin(slot);
    if (scope.family?.goid !== goid || window.from === Number.POSITIVE_INFINITY) return window;
    this.cutSlot = slot;
    this.decide(window, false);
    this.cut = new CallCut(scope.family.number, (first, end, counts) => {
      this.decide(window, counts);
      this.replayPart(slot, this.decoder!, first, end);
    });
    return window;
  }

  /** The nodes of a slot's open frames, innermost first. */
  *openNodes(slot: number): Generator<number> {
    const { node, below } = this.frames;
    for (let frame = this.slots.top[slot]; frame !== NO_FRAME; frame = below[frame]) yield node[frame];
  }

  /** Replays the `count` records in the decoder's columns. */
  replay(slot: number, decoder: RecordDecoder, count: number): void {
    if (slot !== this.cutSlot) {
      this.replayPart(slot, decoder, 0, count);
      return;
    }
    this.decoder = decoder;
    this.cut?.replay(decoder.kind, count);
  }

  /** Whether the records that follow on the slot of the scope's call count. */
  private decide({ from }: CountedTime, counts: boolean): void {
    this.slots.from[this.cutSlot] = counts ? from : Number.POSITIVE_INFINITY;
    this.observer?.cut?.(counts);
  }

  private replayPart(slot: number, decoder: RecordDecoder, begin: number, count: number): void {
    const { nodes, slots, frames, observer, minimum, durations } = this;
    const { reach, counts = true } = this.scope;
    const from = slots.from[slot];
    const to = slots.to[slot];
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
    for (let i = begin; i < count; i++) {
      const now = time[i];
      if (now > capture) {
        slots.top[slot] = top;
        this.listener.capture(slot, now);
        capture = slots.capture[slot];
      }
      const what = kind[i];
      if (what === Kind.enter || what === Kind.late) {
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
        if (what === Kind.late && counts) this.endings.enterLate(node, now, { from, to });
        if (observer !== undefined) observer.enter(slot, node, now, what === Kind.late);
      } else if (what === Kind.spawn) {
        const node = top === NO_FRAME ? slots.attach[slot] : frameNode[top];
        this.listener.spawn(slot, node, id[i], decoder.at[i], now);
      } else {
        if (top === NO_FRAME) {
          this.leaveUnseen(slot);
          continue;
        }
        const frame = top;
        const node = frameNode[frame];
        top = below[frame];
        const begun = start[frame];
        const shown = now >= from && begun <= to;
        let begin = begun;
        if (begun < from) {
          begin = from;
          if (shown && from === reach) bump(this.endings.earlier, node);
        }
        const end = now > to ? to : now;
        const duration = shown ? end - begin : -1;
        let own = 0;
        if (shown) {
          own = duration - callees[frame];
          if (top !== NO_FRAME) callees[top] += duration;
          if (counts) {
            calls[node]++;
            total[node] += duration;
            self[node] += own;
            durations?.add(func[node], duration);
            if (begin < first[node]) first[node] = begin;
            if (end > last[node]) last[node] = end;
            if (top === NO_FRAME) this.outermost(slot, node);
            else if (parent[node] !== frameNode[top]) nodes.displace(frameNode[top], parent[node], duration);
          }
        } else this.leaveOut(from, now);
        below[frame] = free;
        free = frame;
        spare++;
        let how: Ending = Ending.return;
        if (what !== Kind.exit || slots.panicked[slot] > 0) {
          const ended = { slot, node, frame, below: top, what, panics: what === Kind.exit ? 0 : id[i] };
          how = this.endings.of(ended, shown);
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

  /** A call ends that is not on the stack. */
  private leaveUnseen(slot: number): void {
    if (this.slots.omitted[slot] > 0) this.slots.omitted[slot]--;
    else this.stray++;
  }

  /** Counts a call that ended at `time` outside the scope, unless the trace does not reach back to it. */
  private leaveOut(from: number, time: number): void {
    if (this.scope.reach !== undefined && time < this.scope.reach) return;
    if (from === Number.POSITIVE_INFINITY) this.filtered[this.scope.family === undefined ? "goroutine" : "call"]++;
    else this.filtered.window++;
  }

  /** An outermost frame ends: counts its goroutine for the node, once. */
  private outermost(slot: number, node: number): void {
    const { slots, nodes } = this;
    const before = slots.root[slot];
    if (before === node) return;
    slots.root[slot] = node;
    const goid = slots.goid[slot];
    if (before > ROOT && nodes.merged && !this.outermostNodes.isAnother(slot, before, node)) return;
    this.goids = grown(this.goids, node + 1, -1);
    this.goroutines = grown(this.goroutines, node + 1);
    this.goids[node] = nodes.merged ? Math.max(goid, this.goids[node]) : goid;
    this.goroutines[node] = nodes.merged ? this.goroutines[node] + 1 : 1;
  }

  /** Protects a node of an unmerged tree from being pruned. */
  hold(node: number): void {
    if (!this.nodes.merged && node !== NO_NODE) this.nodes.holds[node]++;
  }

  /** Ends all open frames of a slot at `time`, as never returned. */
  abandon(slot: number, time: number): void {
    if (slot === this.cutSlot && this.cut !== undefined) {
      const window = windowOf(this.scope.family!.goid, this.scope);
      this.decide(window, false);
      this.leave(slot, time, this.cut.uncounted);
      this.decide(window, true);
      this.cutSlot = -1;
    }
    this.leave(slot, time, Number.POSITIVE_INFINITY);
  }

  /** Ends the innermost open frames of a slot at `time`, up to `most`. */
  private leave(slot: number, time: number, most: number): void {
    const { nodes, frames, slots } = this;
    const from = slots.from[slot];
    const to = slots.to[slot];
    let above = 0;
    let left = most;
    let frame = slots.top[slot];
    for (; frame !== NO_FRAME && left > 0; left--) {
      const node = frames.node[frame];
      const next = frames.below[frame];
      const begun = frames.start[frame];
      const shown = time >= from && begun <= to;
      const begin = Math.max(begun, from);
      const end = Math.max(begin, Math.min(time, to));
      const duration = end - begin;
      const own = Math.max(0, duration - frames.callees[frame] - above);
      if (shown) {
        nodes.calls[node]++;
        nodes.total[node] += duration;
        nodes.self[node] += own;
        this.durations?.add(nodes.func[node], duration);
        if (begin < nodes.first[node]) nodes.first[node] = begin;
        if (end > nodes.last[node]) nodes.last[node] = end;
        bump(this.endings.running, node);
        if (begun < from && from === this.scope.reach) bump(this.endings.earlier, node);
        if (next === NO_FRAME) this.outermost(slot, node);
        else if (nodes.parent[node] !== frames.node[next])
          nodes.displaceTime(frames.node[next], nodes.parent[node], duration);
        above = duration;
      } else this.leaveOut(from, time);
      this.observer?.exit(slot, begin, end, own, Ending.running, shown);
      this.endings.forget(frame);
      frames.below[frame] = frames.free;
      frames.free = frame;
      frames.spare++;
      frame = next;
    }
    slots.top[slot] = frame;
    if (frame === NO_FRAME) slots.panicked[slot] = 0;
  }
}
