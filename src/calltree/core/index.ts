/**
 * Entry points of the WebAssembly core of the replay: it decodes the plain records of a chunk (enters and exits), keeps
 * the stack of open frames and adds up the nodes of a merged tree, in one loop. Everything else is left to its host
 * (replay/core.ts): control records, the ends of calls that a panic passed, and the questions of other goroutines.
 * The results are those of RecordDecoder and Stacks, bit for bit; a test compares them.
 */
import { NodeMark, Stop, TagPlace } from "../codes";
import { isCollecting, recordDuration } from "./durations";
import { Frame, free, push, release } from "./frames";
import { child, countGoroutine, depthLimit, displace, isCounted, isRoot, Node, noteGoroutine } from "./nodes";
import { following, recordRequest, Signature, startOf } from "./requests";
import { FIRST_ENTER, State, state, tags } from "./state";

export { collectDurations, isFull, recordDuration } from "./durations";
export { addFrames, clearFrames, hasFrame } from "./frames";
export {
  adoptNodes,
  child,
  count,
  hasOtherIds,
  otherPaths,
  setColumns,
  setLimits,
  setRoots,
  setTree,
  tableSize,
} from "./nodes";
export { collectRequests, setLeast } from "./requests";
export { controlSizes, lanes, plainSizes, skim } from "./skim";
export { state, tags } from "./state";
export { beginCall, endCall, passAll, settleCalls, spawned, walk } from "./walk";
export { selfRow, spent, totalRow } from "./walk-meter";
export { walkState } from "./walk-state";

/** The first address that the host may use. */
export function base(): usize {
  return __heap_base;
}

/** Calls of nodes with these marks are parts of requests. */
const MARKED: u32 = NodeMark.candidate | NodeMark.root;

/** Enters a function at `now`; there must be a frame. */
export function enter(id: u32, now: f64): void {
  const s = changetype<State>(state);
  const top = s.top;
  const node = top === null ? child(s.attach, id, s.edge) : child(top.node, id, 0);
  const frame = push(top, node, now);
  s.top = frame;
  s.entered += 1;
  if (top === null || (node.mark & MARKED) !== 0) pass(s, frame, top === null);
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

/** Ends the innermost call at `now`; false if it does not count. There must be an open frame. */
export function exit(now: f64): bool {
  const s = changetype<State>(state);
  const frame = changetype<Frame>(s.top);
  const below = frame.below;
  const shown = pop(s, frame, below, now);
  if (frame === s.open) endRequest(now);
  s.top = below;
  return shown;
}

function pop(s: State, frame: Frame, below: Frame | null, now: f64): bool {
  const node = frame.node;
  const begun = frame.start;
  const shown = now >= s.from && begun <= s.to;
  if (shown) {
    const begin = s.from > begun ? s.from : begun;
    const end = now > s.to ? s.to : now;
    const duration = end - begin;
    node.calls += 1;
    node.total += duration;
    node.self += duration - frame.callees;
    if (begin < node.first) node.first = begin;
    if (end > node.last) node.last = end;
    if (isCollecting) recordDuration(node.func, duration);
    if (below !== null) {
      below.callees += duration;
      if (node.parent !== below.node) displace(below.node, node.parent);
    } else if (changetype<usize>(s.root) !== changetype<usize>(node)) outermost(s, node);
  } else s.leftOut += 1;
  release(frame);
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
  const frame = changetype<Frame>(s.top);
  s.top = frame.below;
  release(frame);
}

/** Replays plain records from State.position on, as far as that goes. */
export function run(): Stop {
  const s = changetype<State>(state);
  const end = s.end;
  const pairTicks = s.pairTicks;
  const pairNano = s.pairNano;
  const slope = s.slope;
  const rounding = s.rounding;
  const capture = s.capture;
  const stopsAtExits = s.panicked !== 0;
  const deepest = depthLimit;
  let at = s.position;
  let ticks = s.ticks;
  let floor = s.floor;
  let top = s.top;
  let entered = s.entered;
  let open = s.open;
  let depth: u32 = top === null ? 0 : top.node.depth;
  let why = Stop.other;
  while (true) {
    // May read beyond the chunk, where memory is readable.
    const word = load<u64>(at);
    const kind = <u32>word & 7;
    const tag = tags + <usize>kind * TagPlace.size;
    const next = at + load<u32>(tag, TagPlace.bytes);
    if (next === at || next > end) break;
    const later = ticks + <f64>(<i32>((word >> load<u64>(tag, TagPlace.shift)) & load<u32>(tag, TagPlace.mask)));
    const time = pairNano + ((later - pairTicks) * slope + rounding - rounding);
    const now = time > floor ? time : floor;
    if (now > capture) {
      s.now = now;
      why = Stop.capture;
      break;
    }
    if (kind >= FIRST_ENTER) {
      if (free === 0) {
        why = Stop.frames;
        break;
      }
      const id = <u32>(word >> 3) & load<u32>(tag, TagPlace.ids);
      const outermost = top === null;
      let node: Node;
      if (top !== null) {
        let above = top.node;
        if (depth === deepest) above = changetype<Node>(above.parent);
        const last = above.lastChild;
        if (last !== null && above.lastFunc === id) node = last;
        else node = child(above, id, 0);
      } else node = child(s.attach, id, s.edge);
      top = push(top, node, now);
      // Read now, so that the node is in the cache when it is needed.
      depth = node.depth;
      entered += 1;
      if (outermost || (node.mark & MARKED) !== 0) {
        s.entered = entered;
        const known = pass(s, top, outermost);
        open = s.open;
        if (!known) {
          why = Stop.signature;
          at = next;
          ticks = later;
          floor = now;
          break;
        }
      }
    } else if (top === null) s.stray += 1;
    else if (stopsAtExits) {
      why = Stop.exit;
      break;
    } else {
      const below = top.below;
      pop(s, top, below, now);
      let stops = false;
      if (top === open) {
        endRequest(now);
        open = null;
        stops = s.slow !== null;
      }
      top = below;
      if (below !== null) depth = below.node.depth;
      else if (s.ended !== null) stops = true;
      if (stops) {
        why = Stop.ended;
        at = next;
        ticks = later;
        floor = now;
        break;
      }
    }
    at = next;
    ticks = later;
    floor = now;
  }
  s.position = at;
  s.ticks = ticks;
  s.floor = floor;
  s.top = top;
  s.entered = entered;
  return why;
}
