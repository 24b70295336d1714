/** Why the core does not go on: a reason and what it is about, for failures.ts to make a message of. */
import { Reason } from "../codes";
import { Cursor } from "./cursor";

/** What became of an attempt. */
export enum Step {
  /** It is not time yet: events of other threads have to come first. */
  Wait,
  Came,
  /** Nothing more is to be had; `failure` tells why. */
  Failed,
  /** There is no event left to try. */
  Over,
}

@unmanaged
class Failure {
  reason: Reason;
  /** Number of the event on the wire. */
  type: i32;
  thread: i64;
  /** Of the batch in the file. */
  offset: f64;
  a: i64;
  b: i64;
  c: i64;
}

export const failure = new Failure();

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
