/** What goroutines, procs and threads are doing at a point of the trace, and the event that is being made. */
import type { Cursor } from "./cursor.js";
import { corrupt, type TraceError } from "./errors.js";
import { type EventKind, EventRecord, NONE } from "./event.js";
import type { Generation } from "./generation.js";
import { nameOf } from "./spec.js";
import type { StackNames } from "./symbols.js";

/** A Map of JavaScript cannot hold more. */
const MOST_GOROUTINES = 1 << 23;
const RECENT = 1 << 10;
/** Id of a goroutine that is gone. */
const GONE = -2;

/** Ranges that are open on a goroutine or a proc: the number of the event that began each, and a string id or 0. */
export class Ranges {
  private types: number[] = [];
  private details: number[] = [];

  has(type: number, detail: number): boolean {
    for (let i = 0; i < this.types.length; i++) {
      if (this.types[i] === type && this.details[i] === detail) return true;
    }
    return false;
  }

  begin(type: number, detail: number): void {
    this.types.push(type);
    this.details.push(detail);
  }

  /** Ends the first range that `type` began and returns its detail, or -1 when there is none. */
  end(type: number): number {
    const i = this.types.indexOf(type);
    if (i < 0) return -1;
    const detail = this.details[i]!;
    this.types[i] = this.types.at(-1)!;
    this.details[i] = this.details.at(-1)!;
    this.types.pop();
    this.details.pop();
    return detail;
  }
}

/** A user region. */
export interface Region {
  readonly task: number;
  readonly name: string;
}

/** A goroutine or a proc: a status of the wire, and the sequence number of its last event, which counts in a generation. */
export class Resource {
  sequence = 0;
  private open: Ranges | undefined;
  /** User regions that are open on a goroutine, outermost first. */
  regions: Region[] | undefined;

  constructor(
    public id: number,
    public status: number,
    public generation: number,
  ) {}

  get ranges(): Ranges {
    this.open ??= new Ranges();
    return this.open;
  }

  /** Makes it another goroutine, of which nothing is known. */
  renew(id: number, status: number, generation: number): void {
    this.id = id;
    this.status = status;
    this.generation = generation;
    this.sequence = 0;
    this.open = undefined;
    this.regions = undefined;
  }

  /** Starts counting anew. */
  reset(generation: number): void {
    this.generation = generation;
    this.sequence = 0;
  }

  /** Whether the event with a sequence number is the one that follows. */
  isNext(generation: number, sequence: number): boolean {
    return this.generation === generation && sequence === this.sequence + 1;
  }
}

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

/** The states of all, the tables of the current generation, and the event (or events) that a step makes. */
export class Machine {
  private readonly goroutines = new Map<number, Resource>();
  /** Goroutines by the low bits of their ids, in front of the Map. */
  private readonly recent: (Resource | undefined)[] = new Array(RECENT).fill(undefined);
  /** Goroutines that are gone, to be used again: less garbage. */
  private readonly ended: Resource[] = [];
  readonly procs = new Map<number, Resource>();
  readonly threads = new Map<number, ThreadState>();
  /** Tasks that began and have not ended. */
  readonly tasks = new Map<number, { readonly name: string; readonly parent: number }>();
  gc: number = GcState.Undetermined;
  gcSequence = 0;
  /** Stands for the thread of events that have none: nothing stays bound to it. */
  readonly nobody = new ThreadState(NONE);

  readonly event: EventRecord = new EventRecord();
  /** Events that follow `event` at once; the first `following` of them. */
  readonly followers: readonly EventRecord[] = [new EventRecord(), new EventRecord()];
  following = 0;

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
    const slot = id & (RECENT - 1);
    const recent = this.recent[slot];
    if (recent !== undefined && recent.id === id) return recent;
    const goroutine = this.goroutines.get(id);
    this.recent[slot] = goroutine;
    return goroutine;
  }

  newGoroutine(c: Cursor, id: number, status: number): Resource {
    if (this.goroutines.size >= MOST_GOROUTINES) throw this.fail(c, `more than ${MOST_GOROUTINES} goroutines`);
    let goroutine = this.ended.pop();
    if (goroutine) goroutine.renew(id, status, this.generation);
    else goroutine = new Resource(id, status, this.generation);
    this.goroutines.set(id, goroutine);
    this.recent[id & (RECENT - 1)] = goroutine;
    return goroutine;
  }

  removeGoroutine(goroutine: Resource): void {
    const { id } = goroutine;
    this.goroutines.delete(id);
    this.recent[id & (RECENT - 1)] = undefined;
    goroutine.id = GONE;
    if (this.ended.length < RECENT) this.ended.push(goroutine);
  }

  /** Fills in what every event has, with the context of the thread as it is now. */
  begin(c: Cursor, thread: ThreadState, kind: EventKind): EventRecord {
    const { event } = this;
    event.kind = kind;
    event.type = c.type;
    event.time = c.time;
    event.thread = thread.id;
    event.proc = thread.proc;
    event.goroutine = thread.goroutine;
    event.stack = 0;
    return event;
  }

  /** One more event, which follows the others that this step makes. */
  follow(c: Cursor, thread: ThreadState, kind: EventKind, type: number): EventRecord {
    const event = this.followers[this.following++]!;
    event.kind = kind;
    event.type = type;
    event.time = c.time;
    event.thread = thread.id;
    event.proc = thread.proc;
    event.goroutine = thread.goroutine;
    event.stack = 0;
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
