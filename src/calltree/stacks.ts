/**
 * Replays the records of one goroutine after the other onto the tree: the stack of open frames per slot, and the
 * times and counts of the nodes. This is the inner loop of every report.
 */
import { Kind, type RecordDecoder } from "../calltrace/index.js";
import { FramePool, NO_FRAME } from "./frames.js";
import { NO_NODE, type NodeTable, ROOT } from "./nodes.js";
import type { SlotTable } from "./slots.js";

/** Frames that ended otherwise than by returning, by node. */
export interface Endings {
  readonly panics: Map<number, number>;
  readonly goexits: Map<number, number>;
  /** Never returned. */
  readonly running: Map<number, number>;
  /** Returned although a panic ran through it: one of its own, or one that its callees were left by. */
  readonly recovered: Map<number, number>;
}

/** What the replay asks of the builder. */
export interface Listener {
  /** A spawn record at `at` bytes in the chunk; `node` is the frame that is open. */
  spawn(slot: number, node: number, site: number, at: number): void;
  /** The goroutine gets to `time`, and someone wants its stack as of before. */
  capture(slot: number, time: number): void;
}

export class Stacks {
  readonly frames = new FramePool();
  readonly endings: Endings = { panics: new Map(), goexits: new Map(), running: new Map(), recovered: new Map() };
  /** Number of goroutines that a node was an outermost frame of, and the latest of them. */
  readonly goroutines = new Map<number, number>();
  readonly goids = new Map<number, number>();
  /** By open frame whose callees saw panics run: the most of them at once. More than at its own enter are its own. */
  private readonly panics = new Map<number, number>();
  /** Exits without a frame: there are none in a sound trace. */
  stray = 0;
  /** Calls that were forgotten because they were shorter than `minimum`. */
  pruned = 0;

  constructor(
    private readonly nodes: NodeTable,
    private readonly slots: SlotTable,
    private readonly listener: Listener,
    private readonly minimum: number,
  ) {}

  /** Replays the `count` records in the decoder's columns. */
  replay(slot: number, decoder: RecordDecoder, count: number): void {
    const { nodes, slots, frames } = this;
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
    // In unmerged trees the last child is never set, so the fast path below is not taken.
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
          if (func[node] !== id[i] || edge[node] !== 0 || node === ROOT) node = nodes.child(above, id[i], 0);
        } else {
          node = this.outermost(slot, id[i]);
          slots.bottom[slot] = free;
        }
        calls[node]++;
        if (now < first[node]) first[node] = now;
        const frame = free;
        free = below[frame];
        spare--;
        frameNode[frame] = node;
        start[frame] = now;
        callees[frame] = 0;
        below[frame] = top;
        top = frame;
      } else if (what === Kind.spawn) {
        const node = top === NO_FRAME ? slots.attach[slot] : frameNode[top];
        this.listener.spawn(slot, node, id[i], decoder.at[i]);
      } else {
        if (top === NO_FRAME) {
          this.stray++;
          continue;
        }
        const frame = top;
        const node = frameNode[frame];
        const duration = now - start[frame];
        total[node] += duration;
        self[node] += duration - callees[frame];
        if (now > last[node]) last[node] = now;
        top = below[frame];
        if (top !== NO_FRAME) callees[top] += duration;
        below[frame] = free;
        free = frame;
        spare++;
        if (what !== Kind.exit) this.ending(slot, node, frame, top, what, id[i]);
        else if (slots.panicked[slot] > 0) this.ending(slot, node, frame, top, what, 0);
        if (duration < this.minimum && nodes.holds[node] === 0) {
          nodes.remove(node);
          this.pruned++;
        }
      }
    }
    frames.free = free;
    frames.spare = spare;
    slots.top[slot] = top;
  }

  private outermost(slot: number, func: number): number {
    const { slots, nodes } = this;
    const node = nodes.child(slots.attach[slot], func, slots.edge[slot]);
    if (slots.root[slot] !== node) {
      slots.root[slot] = node;
      const goid = slots.goid[slot];
      if (this.goids.get(node) !== goid) {
        this.goids.set(node, goid);
        this.goroutines.set(node, (nodes.calls[node] === 0 ? 0 : (this.goroutines.get(node) ?? 0)) + 1);
      }
    }
    return node;
  }

  /** @param panics how many panics ran deferred calls when the frame was entered */
  private ending(slot: number, node: number, frame: number, below: number, what: number, panics: number): void {
    const { endings } = this;
    const seen = this.panics.get(frame) ?? 0;
    if (this.panics.delete(frame)) this.slots.panicked[slot]--;
    if (what === Kind.exitPanic) {
      bump(endings.panics, node);
      this.hold(node);
      this.notePanics(slot, below, panics + 1);
    } else if (what === Kind.exitGoexit) {
      bump(endings.goexits, node);
      this.hold(node);
    } else {
      if (seen > panics) {
        bump(endings.recovered, node);
        this.hold(node);
      }
      this.notePanics(slot, below, panics);
    }
  }

  private notePanics(slot: number, frame: number, panics: number): void {
    if (frame === NO_FRAME || panics === 0) return;
    const before = this.panics.get(frame);
    if (before === undefined) this.slots.panicked[slot]++;
    if (before === undefined || before < panics) this.panics.set(frame, panics);
  }

  /** Keeps a node of an unmerged tree, however short it was. */
  hold(node: number): void {
    if (!this.nodes.merged && node !== NO_NODE) this.nodes.holds[node]++;
  }

  /** Ends all frames of a slot at `time`, as frames that never returned. */
  abandon(slot: number, time: number): void {
    const { nodes, frames, slots } = this;
    let above = 0;
    for (let frame = slots.top[slot]; frame !== NO_FRAME; ) {
      const node = frames.node[frame];
      const duration = Math.max(0, time - frames.start[frame]);
      nodes.total[node] += duration;
      nodes.self[node] += Math.max(0, duration - frames.callees[frame] - above);
      if (time > nodes.last[node]) nodes.last[node] = time;
      bump(this.endings.running, node);
      this.panics.delete(frame);
      above = duration;
      const next = frames.below[frame];
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
