/**
 * The core of the reader: from the batches of a generation to its events in order. It is compiled to WebAssembly, where
 * it does in a fraction of the time what it would take in JavaScript; host.ts is its other side, and the only one that
 * calls it. Memory is asked for with `allocate` on either side; each reader has an instance, and so memory, of its own.
 *
 * For each generation: `enter`, the tables, `setSamples`, `addThread` for each, then `run` until it makes no record, then
 * `leave`, behind which nothing that was handed over is looked at again.
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

export function allocate(size: usize): usize {
  return heap.alloc(size);
}

export function free(block: usize): void {
  heap.free(block);
}

/** @param zero absolute time of the trace's start in nanoseconds */
export function enter(generation: i64, first: bool, nanosPerTick: f64, zero: f64): void {
  setGeneration(generation, first);
  setClock(nanosPerTick, <i64>zero);
}

export function leave(): void {
  keepTexts();
}

/** Places of strings (or stacks) by ids below `length`, 32 bits each; the others follow by `addString`. */
export function setStringIds(dense: usize, length: u32): void {
  strings.set(dense, length);
}

export function addString(id: i64, place: i32): void {
  strings.add(id, place);
}

export function setStackIds(dense: usize, length: u32): void {
  stacks.set(dense, length);
}

export function addStack(id: i64, place: i32): void {
  stacks.add(id, place);
}

/** Adds the events of a thread; false is a failure. */
export function addThread(thread: i64, batches: usize, count: i32): bool {
  const cursor = new Cursor(thread, batches, count);
  return settled(cursor.next(), cursor, -1);
}

/** A Sync event alone. */
export function sync(time: f64, number: f64): void {
  out.empty();
  out.lone(EventKind.Sync, 0, <i64>time, NONE, NONE, NONE, 0).value = number;
}

/** Time of the latest event. */
export function lastTime(): f64 {
  return out.lastTime();
}

/** Makes the next records and returns how many bytes they take; 0 when there are no more, maybe because of a failure. */
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

/** Takes one event, or a sample that is earlier. */
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

/** The earliest event has to wait: takes the first that need not of the other threads, by time. */
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

/** Puts a cursor where its next event belongs. @param i where it is in the frontier, -1 when it is not yet */
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
