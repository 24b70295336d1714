/**
 * Entry points of the WebAssembly core, which turns the batches of one generation of an execution trace into ordered
 * events. It is WebAssembly because the same work in JavaScript takes several times as long. Only host.ts calls it.
 * Each reader has its own instance and memory; both sides reserve memory with `allocate`.
 *
 * Calls for one generation: `enter`, the tables, `setSamples`, `addThread` for each thread, then `run` until it returns
 * 0, then `leave`. After `leave` the core no longer reads the memory that was handed to it.
 */
import { EventKind, NONE, Reason } from "../codes";
import { Cursor, setClock } from "./cursor";
import { fail, failure, Step } from "./failure";
import * as frontier from "./frontier";
import { advance } from "./order";
import * as out from "./record";
import { sampleTime, setSamples, takeSample } from "./samples";
import { setGeneration } from "./state";
import { stacks, strings } from "./tables";
import { keepTexts, setStrings, textAddress, textLength } from "./texts";

export { arity } from "./cursor";
export { records } from "./record";
export { setSamples, setStrings, textAddress, textLength };

/** Reserves `size` bytes and returns their address; traps when memory is exhausted. */
export function allocate(size: usize): usize {
  return heap.alloc(size);
}

/** Releases a block that `allocate` returned. */
export function free(block: usize): void {
  heap.free(block);
}

/**
 * Begins a generation.
 *
 * @param zero absolute time of the trace's start in nanoseconds
 */
export function enter(generation: i64, first: bool, nanosPerTick: f64, zero: f64): void {
  setGeneration(generation, first);
  setClock(nanosPerTick, <i64>zero);
}

/** Ends a generation, and copies what outlives it. */
export function leave(): void {
  keepTexts();
}

/** Sets the places of the strings whose ids are below `length`, 32 bits each, -1 for missing ids. */
export function setStringIds(dense: usize, length: u32): void {
  strings.set(dense, length);
}

/** Adds the place of a string whose id is not below the `length` of `setStringIds`. */
export function addString(id: i64, place: i32): void {
  strings.add(id, place);
}

/** As `setStringIds`, for stacks. */
export function setStackIds(dense: usize, length: u32): void {
  stacks.set(dense, length);
}

/** As `addString`, for stacks. */
export function addStack(id: i64, place: i32): void {
  stacks.add(id, place);
}

/**
 * Adds the events of a thread. Returns false if its first event cannot be decoded; `failureReason` then says why.
 *
 * @param batches address of `count` entries, see BatchPlace
 */
export function addThread(thread: i64, batches: usize, count: i32): bool {
  const cursor = new Cursor(thread, batches, count);
  return settled(cursor.next(), cursor, -1);
}

/** Replaces the records by one Sync event. @param time nanoseconds since the start of the trace */
export function sync(time: f64, number: f64): void {
  out.empty();
  out.lone(EventKind.Sync, 0, <i64>time, NONE, NONE, NONE, 0).value = number;
}

/** Time of the latest event in nanoseconds since the start of the trace; -1 before the first. */
export function lastTime(): f64 {
  return out.lastTime();
}

/**
 * Replaces the records by the next ones and returns their size in bytes; 0 at the end of the generation or after a
 * failure.
 */
export function run(): i32 {
  out.empty();
  if (failure.reason !== Reason.None) return 0;
  let size = 0;
  while (!out.isFull()) {
    size = out.filled();
    if (next() !== Step.Came) {
      out.truncate(size);
      break;
    }
  }
  return out.filled();
}

/** Takes the earliest event, or a sample if that is earlier. */
function next(): Step {
  if (frontier.size() === 0) return takeSample();
  const first = frontier.cursorAt(0);
  if (first.time > sampleTime) return takeSample();
  let step = advance(first);
  if (step !== Step.Came) return step === Step.Wait ? takeOther() : step;
  step = first.next();
  if (step === Step.Came) frontier.updateFirst();
  else if (!settled(step, first, 0)) return Step.Failed;
  return Step.Came;
}

/** The earliest event is blocked: takes the first event of another thread, by time, that is not. */
function takeOther(): Step {
  frontier.sort();
  for (let i = 1; i < frontier.size(); i++) {
    const cursor = frontier.cursorAt(i);
    const step = advance(cursor);
    if (step === Step.Wait) continue;
    if (step === Step.Failed) return step;
    return settled(cursor.next(), cursor, i) ? Step.Came : Step.Failed;
  }
  return fail(frontier.cursorAt(0), Reason.Stuck);
}

/**
 * Moves a cursor to where its next event belongs in the frontier; drops it if it has no more events.
 *
 * @param step what `cursor.next()` returned
 * @param i the cursor's index in the frontier, -1 if it is not there yet
 * @returns false after a failure
 */
function settled(step: Step, cursor: Cursor, i: i32): bool {
  if (step === Step.Failed) return false;
  if (step === Step.Over) {
    if (i >= 0) frontier.remove(i);
    heap.free(changetype<usize>(cursor));
  } else if (i < 0) frontier.insert(cursor);
  else if (i === 0) frontier.updateFirst();
  else frontier.update(i);
  return true;
}

/** The `Reason` of the first failure, 0 if none; the functions below describe it (see `fail`). */
export function failureReason(): i32 {
  return failure.reason;
}

export function failureType(): i32 {
  return failure.type;
}

export function failureThread(): i64 {
  return failure.thread;
}

export function failureOffset(): f64 {
  return failure.offset;
}

export function failureA(): i64 {
  return failure.a;
}

export function failureB(): i64 {
  return failure.b;
}

export function failureC(): i64 {
  return failure.c;
}
