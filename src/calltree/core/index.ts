/**
 * Entry points of the WebAssembly core of the replay: it decodes the plain records of a chunk (enters and exits), keeps
 * the stack of open frames and adds up the nodes of a merged tree, in one loop. Everything else is left to its host
 * (replay/core.ts): control records, the ends of calls that a panic passed, and the questions of other goroutines.
 * The results are those of RecordDecoder and Stacks, bit for bit; a test compares them.
 */
import { Stop, TagPlace } from "../codes";
import { begin, finish, makeRoom } from "./calls";
import { replayPlain } from "./plain";
import { State, state, TAGS, timeOf } from "./state";

export { clean, drop, endRequest, makeRoom, setRoot } from "./calls";
export { collectDurations, isFull, recordDuration } from "./durations";
export { addFrames, clearFrames } from "./frames";
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
export { controlSizes, lanes, plainRuns, plainSizes, skim } from "./skim";
export { state, TAGS as tags } from "./state";
export { beginCall, endCall, passAll, settleCalls, spawned, walk } from "./walk";
export { selfRow, spent, totalRow } from "./walk-meter";
export { walkState } from "./walk-state";

/** The first address that the host may use. */
export function base(): usize {
  return __heap_base;
}

/** Enters a function at `now`; there must be room. */
export function enter(id: u32, now: f64): void {
  begin(changetype<State>(state), id, now);
}

/** Ends the innermost call at `now`; false if it does not count. There must be one. */
export function exit(now: f64): bool {
  return finish(changetype<State>(state), now);
}

/** Replays plain records from State.position on, as far as that goes. */
export function run(): Stop {
  const s = changetype<State>(state);
  while (true) {
    replayPlain(s);
    const why = replayOne(s);
    if (why !== Stop.none) return why;
  }
}

/** Replays a record. */
function replayOne(s: State): Stop {
  const at = s.position;
  // May read beyond the chunk, where memory is readable.
  const word = load<u64>(at);
  const tag = TAGS + (<usize>word & 7) * TagPlace.size;
  const next = at + load<u32>(tag, TagPlace.bytes);
  if (next === at || next > s.end) return Stop.other;
  const later = s.ticks + <f64>(<u32>(word >> <u64>load<u32>(tag, TagPlace.shift)) & load<u32>(tag, TagPlace.mask));
  const time = timeOf(s, later - s.pairTicks);
  const now = time > s.floor ? time : s.floor;
  if (now > s.capture) {
    s.now = now;
    return Stop.capture;
  }
  let why = Stop.none;
  if (load<u32>(tag, TagPlace.enters) !== 0) {
    if (!makeRoom()) return Stop.frames;
    if (!begin(s, <u32>(word >> 3) & load<u32>(tag, TagPlace.ids), now)) why = Stop.signature;
  } else if (s.top === s.base) s.stray += 1;
  else if (s.panicked !== 0) return Stop.exit;
  else {
    finish(s, now);
    if (s.slow !== null || s.ended !== null) why = Stop.ended;
  }
  s.position = next;
  s.ticks = later;
  s.floor = now;
  return why;
}
