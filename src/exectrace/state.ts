/** What goroutines, procs and threads are doing at a point of the trace, and the event that is being made. */
import type { Cursor } from "./cursor.js";
import { corrupt, type TraceError } from "./errors.js";
import { type EventKind, EventRecord, NONE } from "./event.js";
import type { Generation } from "./generation.js";
import { Goroutines } from "./goroutines.js";
import { Resource } from "./resource.js";
import { nameOf } from "./spec.js";
import type { StackNames } from "./symbols.js";

/** Threads or procs that no program has: a bound for damaged traces. */
const MOST = 1 << 20;

/** A thread and what is bound to it. */
export class ThreadState {
  goroutine: number = NONE;
  proc: number = NONE;
  /** The same as objects, when they are known. */
  g: Resource | undefined;
  p: Resource | undefined;

  constructor(readonly id: number) {}

  setProc(id: number, state: Resource | undefined): void {
    this.proc = id;
    this.p = state;
  }

  setGoroutine(id: number, state: Resource | undefined): void {
    this.goroutine = id;
    this.g = state;
  }
}

export const GcState = { Undetermined: 0, Off: 1, Running: 2 } as const;

/** Fills in what every event has, with the context of a thread as it is now. */
function inContext(event: EventRecord, c: Cursor, thread: ThreadState, kind: EventKind, type: number): EventRecord {
  event.kind = kind;
  event.type = type;
  event.time = c.time;
  event.thread = thread.id;
  event.proc = thread.proc;
  event.goroutine = thread.goroutine;
  event.stack = 0;
  return event;
}

/** The states of all, the tables of the current generation, and the event (or events) that a step makes. */
export class Machine {
  private readonly goroutines = new Goroutines();
  readonly procs = new Map<number, Resource>();
  readonly threads = new Map<number, ThreadState>();
  /** Tasks that began and have not ended. */
  readonly tasks = new Map<number, { readonly name: string; readonly parent: number }>();
  gc: number = GcState.Undetermined;
  gcSequence = 0;
  /** Stands for the thread of events that have none: nothing stays bound to it. */
  readonly nobody = new ThreadState(NONE);

  readonly event: EventRecord = new EventRecord();
  /** Number of events that follow `event` at once. */
  following = 0;
  private followed = 0;
  private readonly followers: readonly EventRecord[] = [new EventRecord(), new EventRecord()];

  /** Numbers of the current generation and of the first. */
  generation = 0;
  first = 0;
  private tables!: Generation;
  private stacks!: StackNames;

  enter(generation: Generation, stacks: StackNames): void {
    this.generation = generation.number;
    this.first ||= generation.number;
    this.tables = generation;
    this.stacks = stacks;
  }

  get inFirst(): boolean {
    return this.generation === this.first;
  }

  /** The goroutine that runs on a thread, if it is known. */
  current(thread: ThreadState): Resource | undefined {
    const { g } = thread;
    if (g !== undefined && g.id === thread.goroutine) return g;
    if (thread.goroutine === NONE) return undefined;
    thread.g = this.goroutine(thread.goroutine);
    return thread.g;
  }

  /** A goroutine by its id. */
  goroutine(id: number): Resource | undefined {
    return this.goroutines.get(id);
  }

  newGoroutine(c: Cursor, id: number, status: number): Resource {
    const goroutine = this.goroutines.add(id, status, this.generation);
    if (!goroutine) throw this.fail(c, "there are too many goroutines");
    return goroutine;
  }

  removeGoroutine(goroutine: Resource): void {
    this.goroutines.remove(goroutine);
  }

  newProc(c: Cursor, id: number, status: number): Resource {
    if (this.procs.size >= MOST) throw this.fail(c, `more than ${MOST} procs`);
    const proc = new Resource(id, status, this.generation);
    this.procs.set(id, proc);
    return proc;
  }

  newThread(c: Cursor, id: number): ThreadState {
    if (this.threads.size >= MOST) throw this.fail(c, `more than ${MOST} threads`);
    const thread = new ThreadState(id);
    this.threads.set(id, thread);
    return thread;
  }

  /** Fills in what every event has, with the context of the thread as it is now. */
  begin(c: Cursor, thread: ThreadState, kind: EventKind): EventRecord {
    return inContext(this.event, c, thread, kind, c.type);
  }

  /** One more event, which follows the others that this step makes. */
  follow(c: Cursor, thread: ThreadState, kind: EventKind, type: number): EventRecord {
    return inContext(this.followers[this.followed + this.following++]!, c, thread, kind, type);
  }

  /** The next event that follows `event`; there must be one. */
  nextFollower(): EventRecord {
    const event = this.followers[this.followed++]!;
    if (--this.following === 0) this.followed = 0;
    return event;
  }

  /** The number in the trace of a stack of the generation. */
  stack(c: Cursor, id: number): number {
    const stack = this.stacks.resolve(id);
    if (stack < 0) throw this.missing(c, `the stack ${id}`);
    return stack;
  }

  /** A string of the generation. */
  text(c: Cursor, id: number): string {
    return this.tables.strings.text(this.place(c, id));
  }

  /** Makes a string of the generation the message of the event. */
  message(c: Cursor, id: number): void {
    this.event.setMessage(this.tables.strings, this.place(c, id));
  }

  private place(c: Cursor, id: number): number {
    const place = this.tables.strings.find(id);
    if (place < 0) throw this.missing(c, `the string ${id}`);
    return place;
  }

  /** Demands that there be a thread, and a proc and a goroutine on it. */
  needAll(c: Cursor, thread: ThreadState): void {
    if (thread.goroutine === NONE || thread.proc === NONE || thread.id === NONE) this.need(c, thread, true, true);
  }

  /** Demands a thread and, where told, a proc and a goroutine. */
  need(c: Cursor, thread: ThreadState, proc: boolean, goroutine: boolean): void {
    if (thread.id === NONE) throw this.fail(c, "there is no thread");
    if (proc && thread.proc === NONE) throw this.fail(c, `thread ${thread.id} has no proc`);
    if (goroutine && thread.goroutine === NONE) throw this.fail(c, `thread ${thread.id} has no goroutine`);
  }

  /** The current goroutine, which must exist and have the status. */
  running(c: Cursor, thread: ThreadState, status: number): Resource {
    const goroutine = this.current(thread);
    if (!goroutine) throw this.fail(c, `goroutine ${thread.goroutine} does not exist`);
    if (goroutine.status !== status) throw this.fail(c, `goroutine ${goroutine.id} is in another state`);
    return goroutine;
  }

  fail(c: Cursor, reason: string): TraceError {
    return corrupt(c.offset, `${nameOf(c.type)} of thread ${c.thread}: ${reason}`);
  }

  private missing(c: Cursor, what: string): TraceError {
    return this.fail(c, `${what} is missing in generation ${this.generation}`);
  }
}
