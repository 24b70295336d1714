/**
 * Replays plain records without a branch that depends on the program: what an enter does and what an exit does is both
 * computed, and one of it kept. Which comes next cannot be predicted in most programs, and a wrong guess costs more than a
 * record. What is rare is left to calls.ts: calls on new paths, outermost calls, and requests.
 */
import { FramePlace, NodePlace, ONE, SIZES, TagPlace } from "../codes";
import { isCollecting, recordDuration } from "./durations";
import { endOf, Frame } from "./frames";
import { Node, recent, recentAt, recentKey } from "./nodes";
import { State, TAGS, timeOf } from "./state";

const FRAME: usize = FramePlace.size;
/** No plain record has more bytes. */
const LONGEST: usize = 8;
/** Ticks up to here, and sums of few of them, are exact in 64 bits of either kind. */
const EXACT: f64 = 4503599627370496;

/** A call that has ended. */
@unmanaged
class Ended {
  duration: f64;
  node: Node;
  caller: Frame;
}
const ENDED: usize = 16;
const ENDED_MOST: usize = 256;
const ended: usize = memory.data(<i32>(ENDED_MOST * ENDED), 8);

/** Replays records up to one that is not plain, or not ordinary; there may be none before it. */
export function replayPlain(s: State): void {
  if (changetype<usize>(s.base) === 0 || s.panicked !== 0 || !(s.floor >= s.from)) return;
  if (s.end < s.position + LONGEST) return;
  if (!(abs(s.ticks) < EXACT && abs(s.pairTicks) < EXACT && s.slope > 0 && s.slope < EXACT)) return;
  // From then on times do not decrease.
  if (!(timeOf(s, s.ticks - s.pairTicks) >= s.floor)) return;
  if (isCollecting) loop<bool>(s);
  else loop<void>(s);
}

/** The least address of a frame that may be next to the innermost one: those down to there began in the window and are no request. */
function firstBelow(s: State): usize {
  const base = changetype<usize>(s.base);
  const least = s.open === null ? base : changetype<usize>(s.open) - FRAME;
  if (s.from <= 0) return least;
  let low = base;
  let high = changetype<usize>(s.top);
  while (low < high) {
    const middle = low + ((high - low + FRAME) / (2 * FRAME)) * FRAME;
    if (s.from > changetype<Frame>(middle).start) low = middle;
    else high = middle - FRAME;
  }
  return max(least, low);
}

/** @typeParam Collects bool if durations are collected, else void */
function loop<Collects>(s: State): void {
  const last = s.end - LONGEST;
  const pairTicks = s.pairTicks;
  const pairNano = s.pairNano;
  const slope = s.slope;
  const rounding = s.rounding;
  const latest = min(s.capture, s.to);
  // From memory, so that the compiler does not make it anew each time.
  const one = load<f64>(ONE);
  // Of frames, the addresses of those beneath are used.
  const first = firstBelow(s);
  const most = endOf(s.base) - 3 * FRAME;
  if (first > most) return;
  const room = most - first;
  const sizes = load<u64>(SIZES);
  let at = s.position;
  let ticks = <i64>s.ticks - <i64>pairTicks;
  let below = changetype<usize>(s.top) - FRAME;
  let node = <usize>load<u32>(below, FRAME + FramePlace.node);
  let to = ended;
  while (at <= last) {
    // May read beyond the chunk, where memory is readable.
    const word = load<u64>(at);
    const tag = (<usize>word & 7) * TagPlace.size;
    const next = below + load<u32>(tag, TAGS + TagPlace.step);
    if (next - first > room) break;
    const later =
      ticks + <i64>((word >> <u64>load<u32>(tag, TAGS + TagPlace.shift)) & <u64>load<u32>(tag, TAGS + TagPlace.mask));
    const now = pairNano + (<f64>later * slope + rounding - rounding);
    if (now > latest) break;
    const enters = <i64>load<i32>(tag, TAGS + TagPlace.enters);
    const id = <u32>(word >> 3) & load<u32>(tag, TAGS + TagPlace.ids);
    const call = recentAt(node, id);
    if (((load<u64>(recent + call) ^ recentKey(node, id)) & <u64>enters) !== 0) break;
    const caller = <usize>load<u32>(below, FramePlace.node);
    if (((load<u32>(node, NodePlace.parent) ^ <u32>caller) & ~(<u32>enters)) !== 0) break;
    const callee = <usize>load<u32>(recent + call, 8);
    const begun = load<f64>(below, FRAME);
    const duration = now - begun;
    const target = node & ~(<usize>enters);
    store<f64>(target, load<f64>(target) + one);
    store<f64>(target, load<f64>(target, NodePlace.total) + duration, NodePlace.total);
    if (begun < load<f64>(target, NodePlace.first)) store<f64>(target, begun, NodePlace.first);
    v128.store64_lane(
      target,
      f64x2.pmax(v128.load64_zero(target, NodePlace.last), f64x2.splat(now)),
      0,
      NodePlace.last,
    );
    if (!isVoid<Collects>()) {
      store<f64>(to, duration);
      store<u32>(to, <u32>node, 8);
      store<u32>(to, <u32>below, 12);
      to += ENDED & ~(<usize>enters);
    }
    store<f64>(below, now, 2 * FRAME);
    store<u32>(below, <u32>callee, 2 * FRAME + FramePlace.node);
    node = select<usize>(callee, caller, <i32>enters !== 0);
    below = next;
    // Where the next record begins is what all the rest waits for, and this is faster than a load.
    at += <usize>(sizes >> ((word & 7) << 3)) & 0xff;
    ticks = later;
    if (!isVoid<Collects>() && to === ended + ENDED_MOST * ENDED) break;
  }
  if (at === s.position) return;
  if (!isVoid<Collects>()) {
    const exits = <i32>((to - ended) / ENDED);
    s.entered += <f64>(exits + (<i32>below + <i32>FRAME - <i32>changetype<usize>(s.top)) / <i32>FRAME);
    for (let at = ended; at < to; at += ENDED) {
      const call = changetype<Ended>(at);
      recordDuration(call.node.func, call.duration);
      if (call.caller === s.open) s.callees += call.duration;
    }
  }
  s.position = at;
  s.ticks = pairTicks + <f64>ticks;
  s.floor = timeOf(s, <f64>ticks);
  s.top = changetype<Frame>(below + FRAME);
}
