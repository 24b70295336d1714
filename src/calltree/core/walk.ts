/**
 * Walks over single calls: decodes the plain records of a chunk as `run` does (index.ts), but adds nothing up. It leaves the
 * begins and ends of the calls that a selection shows as events for its host (replay/core-walk.ts), holds calls back until they
 * have lasted long enough, and divides their times into states.
 */
import { TagPlace } from "../codes";
import { WalkStop } from "../walk-codes";
import { callee, child } from "./nodes";
import { State, state, TAGS } from "./state";
import { Open } from "./walk-meter";
import { Walk, walkState } from "./walk-state";

/** How calls end that return: see Ending. */
const RETURN: u32 = 0;

/** A go statement ran in the innermost call, which counts. @returns as Walk.begin */
export function spawned(): WalkStop {
  const w = changetype<Walk>(walkState);
  if (w.owed !== 0 && !w.passOwed()) return WalkStop.events;
  if (w.passed < w.next) changetype<Open>(w.next - w.stride).spawns += 1;
  else {
    w.owed += 1;
    w.passOwed();
  }
  return WalkStop.done;
}

/** The innermost call ends. @returns as Walk.end */
export function endCall(now: f64, how: u32): WalkStop {
  return changetype<Walk>(walkState).end(now, how);
}

/** Passes on what is owed. @returns `done` or `events` */
export function passAll(): WalkStop {
  return changetype<Walk>(walkState).passOwed() ? WalkStop.done : WalkStop.events;
}

/** The clock is about to go on to another stay. */
export function settleCalls(): void {
  changetype<Walk>(walkState).settle();
}

/** A function is called at `now`. @returns as Walk.begin */
export function beginCall(id: u32, now: f64): WalkStop {
  const s = changetype<State>(state);
  const w = changetype<Walk>(walkState);
  const node = w.next === w.base ? child(s.attach, id, s.edge) : callee(changetype<Open>(w.next - w.stride).node, id);
  return w.begin(node, now);
}

/** Walks over plain records from State.position on, as far as that goes. */
export function walk(): WalkStop {
  const s = changetype<State>(state);
  const w = changetype<Walk>(walkState);
  const end = s.end;
  const pairTicks = s.pairTicks;
  const pairNano = s.pairNano;
  const slope = s.slope;
  const rounding = s.rounding;
  const stopsAtExits = s.panicked !== 0;
  let at = s.position;
  let ticks = s.ticks;
  let floor = s.floor;
  let why = WalkStop.other;
  while (true) {
    // May read beyond the chunk, where memory is readable.
    const word = load<u64>(at);
    const tag = TAGS + (<usize>word & 7) * TagPlace.size;
    const next = at + load<u32>(tag, TagPlace.bytes);
    if (next === at || next > end) break;
    const later = ticks + <f64>(<u32>(word >> <u64>load<u32>(tag, TagPlace.shift)) & load<u32>(tag, TagPlace.mask));
    const time = pairNano + ((later - pairTicks) * slope + rounding - rounding);
    const now = time > floor ? time : floor;
    let done = WalkStop.done;
    if (load<u32>(tag, TagPlace.enters) !== 0) {
      const id = <u32>(word >> 3) & load<u32>(tag, TagPlace.ids);
      const node =
        w.next === w.base ? child(s.attach, id, s.edge) : callee(changetype<Open>(w.next - w.stride).node, id);
      done = w.begin(node, now);
    } else if (w.next !== w.base) {
      if (stopsAtExits) break;
      done = w.end(now, RETURN);
    }
    if (done !== WalkStop.done && done !== WalkStop.rows) {
      why = done;
      break;
    }
    at = next;
    ticks = later;
    floor = now;
    if (done === WalkStop.rows) {
      why = done;
      break;
    }
  }
  s.position = at;
  s.ticks = ticks;
  s.floor = floor;
  return why;
}
