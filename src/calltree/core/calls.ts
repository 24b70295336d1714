/** Begins and ends single calls of the slot that is replayed. */
import { FramePlace, NodeMark } from "../codes";
import { isCollecting, recordDuration } from "./durations";
import { endOf, Frame, give, take } from "./frames";
import { callee, child, countGoroutine, displace, isCounted, isRoot, Node, noteGoroutine } from "./nodes";
import { following, recordRequest, Signature, startOf } from "./requests";
import { State, state } from "./state";

/** Calls of nodes with these marks are parts of requests. */
const MARKED: u32 = NodeMark.candidate | NodeMark.root;

/** Makes sure that a call can begin. @returns false if there is no memory for that */
export function makeRoom(): bool {
  const s = changetype<State>(state);
  const base = changetype<usize>(s.base);
  const top = changetype<usize>(s.top);
  // One further frame may be written to beyond the innermost one.
  if (base !== 0 && top + 3 * FramePlace.size <= endOf(s.base)) return true;
  const block = take(base === 0 ? 0 : s.base.order + 1);
  if (block === null) return false;
  const at = changetype<usize>(block);
  s.base = block;
  s.top = block;
  if (base === 0) return true;
  const used = top - base;
  memory.copy(at + FramePlace.size, base + FramePlace.size, used);
  s.top = changetype<Frame>(at + used);
  if (s.open !== null) s.open = changetype<Frame>(changetype<usize>(s.open) - base + at);
  give(changetype<Frame>(base));
  return true;
}

/** Gives the memory of the frames back if none is open. */
export function clean(): void {
  const s = changetype<State>(state);
  if (changetype<usize>(s.base) === 0 || s.top !== s.base) return;
  give(s.base);
  s.base = changetype<Frame>(0);
  s.top = changetype<Frame>(0);
}

/** Enters a function at `now`; there must be room. @returns whether the signature of the request is known, if there is one */
export function begin(s: State, id: u32, now: f64): bool {
  const top = s.top;
  const outermost = top === s.base;
  const node = outermost ? child(s.attach, id, s.edge) : callee(top.node, id);
  const frame = changetype<Frame>(changetype<usize>(top) + FramePlace.size);
  frame.node = node;
  frame.start = now;
  s.top = frame;
  s.entered += 1;
  return (!outermost && (node.mark & MARKED) === 0) || pass(s, frame, outermost);
}

/** A call begins, `outermost` or marked. @returns whether the signature of its request is known, if it belongs to one */
function pass(s: State, frame: Frame, outermost: bool): bool {
  const node = frame.node;
  const signature = s.signature;
  const isRoot = (node.mark & NodeMark.root) !== 0;
  if (s.open === null) {
    if (!isRoot && (s.serves === 0 || !outermost)) return true;
    s.open = frame;
    s.number = s.entered;
    s.callees = 0;
    s.signature = startOf(node);
    if (s.signature !== null) return true;
  } else {
    if (isRoot || signature === null) return true;
    const next = following(signature, node);
    if (next !== null) {
      s.signature = next;
      return true;
    }
  }
  s.unknown = node;
  return false;
}

/** The open request ends at `now`; its host learns of it if it is slow. */
export function endRequest(now: f64): void {
  const s = changetype<State>(state);
  const frame = changetype<Frame>(s.open);
  s.open = null;
  if (recordRequest(changetype<Signature>(s.signature), now - frame.start)) s.slow = frame;
}

/** Ends the innermost call at `now`; false if it does not count. There must be one. */
export function finish(s: State, now: f64): bool {
  const frame = s.top;
  const below = changetype<Frame>(changetype<usize>(frame) - FramePlace.size);
  const node = frame.node;
  const begun = frame.start;
  const shown = now >= s.from && begun <= s.to;
  if (shown) {
    const begin = s.from > begun ? s.from : begun;
    const end = now > s.to ? s.to : now;
    const duration = end - begin;
    node.calls += 1;
    node.total += duration;
    if (begin < node.first) node.first = begin;
    if (end > node.last) node.last = end;
    if (isCollecting) recordDuration(node.func, duration);
    if (below === s.open) s.callees += duration;
    if (below !== s.base) {
      if (node.parent !== below.node) displace(below.node, node.parent, duration);
    } else if (changetype<usize>(s.root) !== changetype<usize>(node)) outermost(s, node);
  } else s.leftOut += 1;
  if (frame === s.open) endRequest(now);
  s.top = below;
  return shown;
}

/** An outermost call ends: counts its goroutine for the node, once. */
function outermost(s: State, node: Node): void {
  const before = s.root;
  if (before !== null && !isRoot(before)) {
    if (isCounted(node, s.serial)) s.root = node;
    else s.ended = node;
    return;
  }
  countGoroutine(node, s.goid, s.serial);
  s.root = node;
}

/** An outermost call ended at a node: makes that the latest one, and counts the goroutine for it if it `counts`. */
export function setRoot(node: Node, counts: bool): void {
  const s = changetype<State>(state);
  s.root = node;
  s.ended = null;
  if (counts) countGoroutine(node, s.goid, s.serial);
  else noteGoroutine(node, s.serial);
}

/** Releases the innermost frame, for a host that ends calls itself. */
export function drop(): void {
  const s = changetype<State>(state);
  s.top = changetype<Frame>(changetype<usize>(s.top) - FramePlace.size);
}
