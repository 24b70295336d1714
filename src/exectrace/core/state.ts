/**
 * State of all goroutines, procs and threads at the current point of the trace. The ordering rules (order*.ts) read and
 * change it.
 */
import { GoStatus, NONE, Reason } from "../codes";
import { Cursor } from "./cursor";
import { fail } from "./failure";
import { Resource } from "./resource";
import { Table } from "./table";

/** Bounds for damaged traces: threads or procs, and goroutines. No program has more. */
const MAX = 1 << 20;
const MAX_GOROUTINES = 1 << 23;
/** Id of a goroutine that has ended. */
const GONE: i64 = -2;

/** A thread with the goroutine and proc that are on it; NONE for none. */
@unmanaged
export class ThreadState {
  id: i64;
  goroutine: i64;
  proc: i64;
  /** The same as objects; null if there is none or it is unknown. */
  g: Resource | null;
  p: Resource | null;
  /** The thread that appeared next. */
  next: ThreadState | null;

  constructor(id: i64) {
    this.id = id;
    this.next = null;
    this.setProc(NONE, null);
    this.setGoroutine(NONE, null);
  }

  /** Binds a proc to the thread. @param state null if the proc is unknown, or there is none */
  setProc(id: i64, state: Resource | null): void {
    this.proc = id;
    this.p = state;
  }

  /** Binds a goroutine to the thread. @param state null if the goroutine is unknown, or there is none */
  setGoroutine(id: i64, state: Resource | null): void {
    this.goroutine = id;
    this.g = state;
  }
}

// At constant addresses, because nearly every event looks things up here.
const goroutines = changetype<Table>(memory.data(offsetof<Table>(), 8));
const procs = changetype<Table>(memory.data(offsetof<Table>(), 8));
const threads = changetype<Table>(memory.data(offsetof<Table>(), 8));
goroutines.init();
procs.init();
threads.init();
let firstThread: ThreadState | null = null;
let lastThread: ThreadState | null = null;
/** Stands for the thread of events that have none; `advance` unbinds everything from it after each event. */
const nobody = new ThreadState(NONE);
let spareGoroutine: Resource | null = null;

/** Number of the current generation. */
export let generation: i64 = 0;
/** Whether it is the first of the trace. */
export let inFirst = true;

/** Begins a generation. @param number from the file */
export function setGeneration(number: i64, first: bool): void {
  generation = number;
  inFirst = first;
}

/** The goroutine with an id, or null. */
export function goroutineOf(id: i64): Resource | null {
  return changetype<Resource | null>(goroutines.get(id));
}

/** The goroutine on a thread; null if there is none or it is unknown. */
export function currentOf(thread: ThreadState): Resource | null {
  const g = thread.g;
  if (g !== null && g.id === thread.goroutine) return g;
  if (thread.goroutine === NONE) return null;
  thread.g = goroutineOf(thread.goroutine);
  return thread.g;
}

/** Adds a goroutine with a new id; null after a failure (too many). */
export function addGoroutine(c: Cursor, id: i64, status: GoStatus): Resource | null {
  if (goroutines.size >= MAX_GOROUTINES) {
    fail(c, Reason.TooManyGoroutines);
    return null;
  }
  let goroutine: Resource;
  if (spareGoroutine !== null) {
    goroutine = spareGoroutine!;
    spareGoroutine = goroutine.spare;
  } else goroutine = newResource();
  goroutine.renew(id, status, generation);
  goroutines.add(id, changetype<usize>(goroutine));
  return goroutine;
}

/** Removes a goroutine that ended. The object loses its id and is reused later. */
export function removeGoroutine(goroutine: Resource): void {
  goroutines.remove(goroutine.id);
  goroutine.close();
  goroutine.id = GONE;
  goroutine.status = GoStatus.Bad;
  goroutine.spare = spareGoroutine;
  spareGoroutine = goroutine;
}

/** The proc with an id, or null. */
export function procOf(id: i64): Resource | null {
  return changetype<Resource | null>(procs.get(id));
}

/** Adds a proc with a new id; null after a failure (too many). */
export function addProc(c: Cursor, id: i64, status: i32): Resource | null {
  if (procs.size >= MAX) {
    fail(c, Reason.TooManyProcs, MAX);
    return null;
  }
  const proc = newResource();
  proc.renew(id, status, generation);
  procs.add(id, changetype<usize>(proc));
  return proc;
}

function newResource(): Resource {
  const resource = new Resource();
  resource.ranges = null;
  return resource;
}

/** The thread with an id, or null. */
export function threadOf(id: i64): ThreadState | null {
  return changetype<ThreadState | null>(threads.get(id));
}

/** Adds a thread with a new id; null after a failure (too many). */
export function addThread(c: Cursor, id: i64): ThreadState | null {
  if (threads.size >= MAX) {
    fail(c, Reason.TooManyThreads, MAX);
    return null;
  }
  const thread = new ThreadState(id);
  threads.add(id, changetype<usize>(thread));
  if (lastThread !== null) lastThread!.next = thread;
  else firstThread = thread;
  lastThread = thread;
  return thread;
}

/** The first thread that holds a proc, or null. */
export function threadWithProc(id: i64): ThreadState | null {
  let thread = firstThread;
  while (thread !== null && thread.proc !== id) thread = thread.next;
  return thread;
}

/** The thread of a cursor, added if it is new; null after a failure (too many threads). */
export function threadOfCursor(c: Cursor): ThreadState | null {
  if (c.thread === NONE) return nobody;
  const thread = threadOf(c.thread);
  return thread !== null ? thread : addThread(c, c.thread);
}

/** Checks that the event has a thread, and the thread a proc and a goroutine; false after a failure. */
export function hasAll(c: Cursor, thread: ThreadState): bool {
  return has(c, thread, true, true);
}

/**
 * Checks that the event has a thread, and that the thread has a proc and a goroutine if these are required; false after
 * a failure.
 */
export function has(c: Cursor, thread: ThreadState, proc: bool, goroutine: bool): bool {
  if (thread.id === NONE) fail(c, Reason.NoThread);
  else if (proc && thread.proc === NONE) fail(c, Reason.ThreadWithoutProc, thread.id);
  else if (goroutine && thread.goroutine === NONE) fail(c, Reason.ThreadWithoutGoroutine, thread.id);
  else return true;
  return false;
}

/**
 * The current goroutine, which must have a status; null after a failure.
 *
 * @param proc whether the thread must also have a proc
 */
export function running(c: Cursor, thread: ThreadState, proc: bool, status: GoStatus): Resource | null {
  const g = thread.g;
  if (g !== null && g.id === thread.goroutine && g.status === status && !(proc && thread.proc === NONE)) return g;
  return runningSlowly(c, thread, proc, status);
}

function runningSlowly(c: Cursor, thread: ThreadState, proc: bool, status: GoStatus): Resource | null {
  if (!has(c, thread, proc, true)) return null;
  const goroutine = currentOf(thread);
  if (goroutine !== null && goroutine.status === status) return goroutine;
  if (goroutine === null) fail(c, Reason.GoroutineUnknown, thread.goroutine);
  else fail(c, Reason.GoroutineState, goroutine.id);
  return null;
}

/** The current proc. If it is missing or unknown, the event fails and this is null. */
export function procOn(c: Cursor, thread: ThreadState): Resource | null {
  const proc = thread.p;
  if (proc === null) fail(c, Reason.ProcUnknown, thread.proc);
  return proc;
}
