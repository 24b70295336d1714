/** The output of the core: a buffer of fixed-size records, one for each event, which view.ts reads in place. */
import { EventKind, GoState, Place, ProcState, ResourceKind } from "../codes";
import { Cursor } from "./cursor";
import { ThreadState } from "./state";

/** Number of records in the buffer. */
const COUNT: usize = 256;
/** Most records that one event on the wire makes (GoSwitch). */
const MAX_AT_ONCE: usize = 3;

/**
 * One event. Fields mean what the fields of the same names in event.ts mean; strings are places in their table or texts
 * (texts.ts), stacks are places in their table. codes.ts repeats the layout as Place.
 */
@unmanaged
export class Record {
  time: f64;
  thread: i64;
  proc: i64;
  goroutine: i64;
  /** Goroutine, proc or task. */
  id: i64;
  parent: i64;
  kind: u8;
  type: u8;
  resource: u8;
  from: u8;
  to: u8;
  stack: i32;
  /** Stack of the goroutine that changes. */
  target: i32;
  /** Name or reason. */
  text: i32;
  message: i32;
  value: f64;
  value1: f64;
  value2: f64;
}

if (
  offsetof<Record>() !== Place.size ||
  offsetof<Record>("thread") !== Place.thread ||
  offsetof<Record>("proc") !== Place.proc ||
  offsetof<Record>("goroutine") !== Place.goroutine ||
  offsetof<Record>("id") !== Place.id ||
  offsetof<Record>("parent") !== Place.parent ||
  offsetof<Record>("kind") !== Place.kind ||
  offsetof<Record>("to") !== Place.to ||
  offsetof<Record>("stack") !== Place.stack ||
  offsetof<Record>("target") !== Place.target ||
  offsetof<Record>("text") !== Place.text ||
  offsetof<Record>("message") !== Place.message ||
  offsetof<Record>("value") !== Place.values
) {
  ERROR("the record is not as codes.ts has it");
}

export const records: usize = memory.data(256 * 96, 16);
const full: usize = records + (COUNT - MAX_AT_ONCE) * Place.size;
/** Address of the next record. */
let end: usize = records;
let last: i64 = -1;

/** Discards all records. */
export function empty(): void {
  end = records;
}

/** Whether there is no room for the records of another event. */
export function isFull(): bool {
  return end > full;
}

/** Size of all records in bytes. */
export function filled(): i32 {
  return <i32>(end - records);
}

/** Discards the records beyond the first `size` bytes. */
export function truncate(size: i32): void {
  end = records + size;
}

/** Time of the latest record in nanoseconds; -1 before the first. */
export function lastTime(): f64 {
  return <f64>last;
}

/**
 * Appends a record. A time that is not later than that of the record before becomes one nanosecond later.
 *
 * @param what the eight bytes from `kind` on
 */
function append(what: u64, time: i64, thread: i64, proc: i64, goroutine: i64, stack: i32): Record {
  const record = changetype<Record>(end);
  end += Place.size;
  if (time <= last) time = last + 1;
  last = time;
  record.time = <f64>time;
  record.thread = thread;
  record.proc = proc;
  record.goroutine = goroutine;
  store<u64>(changetype<usize>(record), what, Place.kind);
  record.stack = stack;
  return record;
}

/** Appends a record for an event that no cursor has: a Sync or a CPU sample. */
export function lone(
  kind: EventKind,
  type: i32,
  time: i64,
  thread: i64,
  proc: i64,
  goroutine: i64,
  stack: i32,
): Record {
  return append(kind | (type << 8), time, thread, proc, goroutine, stack);
}

/** Appends a record for the event of a cursor, with the proc and goroutine that are on the thread now. */
export function begin(c: Cursor, thread: ThreadState, kind: EventKind, stack: i32): Record {
  return append(kind | (c.type << 8), c.time, thread.id, thread.proc, thread.goroutine, stack);
}

/**
 * As `begin`, for a goroutine that changes its state.
 *
 * @param type number of the event on the wire; for a part of a GoSwitch that of the event it stands for
 * @param target stack of the goroutine that changes
 */
export function goTransition(
  c: Cursor,
  thread: ThreadState,
  type: i32,
  id: i64,
  from: GoState,
  to: GoState,
  stack: i32 = 0,
  target: i32 = 0,
): Record {
  return transition(c, thread, type, ResourceKind.Goroutine, id, from, to, stack, target);
}

/** As `begin`, for a proc that changes its state. */
export function procTransition(
  c: Cursor,
  thread: ThreadState,
  type: i32,
  id: i64,
  from: ProcState,
  to: ProcState,
): void {
  transition(c, thread, type, ResourceKind.Proc, id, from, to, 0, 0);
}

function transition(
  c: Cursor,
  thread: ThreadState,
  type: i32,
  resource: ResourceKind,
  id: i64,
  from: i32,
  to: i32,
  stack: i32,
  target: i32,
): Record {
  const what = EventKind.StateTransition | (type << 8) | (resource << 16) | (from << 24);
  const bytes = <u64>(<u32>what) | ((<u64>to) << 32);
  const record = append(bytes, c.time, thread.id, thread.proc, thread.goroutine, stack);
  record.id = id;
  record.text = 0;
  record.target = target;
  return record;
}
