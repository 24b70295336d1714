/** Steps and failures of the core. A failure is a reason and the numbers from which failures.ts makes a message. */
import { Reason } from "../codes";
import { Cursor } from "./cursor";

/** Outcome of an attempt to take an event. */
export enum Step {
  /** Blocked: events of other threads must come first. */
  Wait,
  /** The event was taken. */
  Came,
  /** The trace cannot be read any further; `failure` says why. */
  Failed,
  /** No event is left. */
  Over,
}

@unmanaged
class Failure {
  reason: Reason;
  /** Number of the event on the wire. */
  type: i32;
  thread: i64;
  /** Offset of the batch in the file. */
  offset: f64;
  /** Details; the texts in failures.ts say what they mean for each reason. */
  a: i64;
  b: i64;
  c: i64;
}

export const failure = new Failure();

/** Records a failure at the event of a cursor. Always returns Failed. */
export function fail(cursor: Cursor, reason: Reason, a: i64 = 0, b: i64 = 0, c: i64 = 0): Step {
  failure.reason = reason;
  failure.type = cursor.type;
  failure.thread = cursor.thread;
  failure.offset = cursor.offset;
  failure.a = a;
  failure.b = b;
  failure.c = c;
  return Step.Failed;
}
