/** Goroutines: which of their events may come now, and what they change. */
import type { Cursor } from "./cursor.js";
import { EventKind, type EventRecord, GoState, NONE, ProcState, ResourceKind } from "./event.js";
import type { Resource } from "./resource.js";
import { GoStatus, ProcStatus, Wire } from "./spec.js";
import type { Machine, ThreadState } from "./state.js";

/** Statuses of the wire as states. */
const STATES = [GoState.Undetermined, GoState.Runnable, GoState.Running, GoState.Syscall, GoState.Waiting] as const;

/** GoStatus g m status: what a goroutine is doing when a generation first mentions it. */
export function goStatus(m: Machine, c: Cursor, thread: ThreadState): boolean {
  return status(m, c, thread, 0);
}

/** GoStatusStack g m status stack. */
export function goStatusStack(m: Machine, c: Cursor, thread: ThreadState): boolean {
  return status(m, c, thread, m.stack(c, c.a3));
}

function status(m: Machine, c: Cursor, thread: ThreadState, stack: number): boolean {
  const id = c.a0;
  const status = c.a2;
  if (!(status >= 0 && status < STATES.length)) throw m.fail(c, `goroutine ${id} has the unknown status ${status}`);
  let goroutine = m.goroutine(id);
  let from: GoState = STATES[status]!;
  if (goroutine) {
    if (goroutine.status !== status) {
      throw m.fail(c, `goroutine ${id} has status ${status}, but had ${goroutine.status}`);
    }
    goroutine.reset(m.generation);
  } else if (m.inFirst) {
    goroutine = m.newGoroutine(c, id, status);
    from = GoState.Undetermined;
  } else {
    throw m.fail(c, `goroutine ${id} is new, but nobody created it`);
  }
  const event = transition(m, c, thread, id, from, STATES[status]!);
  event.stack = event.transitionStack = stack;
  if (status === GoStatus.Running) thread.setGoroutine(id, goroutine);
  else if (status === GoStatus.Syscall) inSyscall(m, c, thread, goroutine, event);
  return true;
}

/** A goroutine in a syscall is bound to a thread, which the status names; it need not be the one that says so. */
function inSyscall(m: Machine, c: Cursor, thread: ThreadState, goroutine: Resource, event: EventRecord): void {
  const { id } = goroutine;
  const home = c.a1;
  if (home === NONE) throw m.fail(c, `goroutine ${id} is in a syscall without a thread`);
  if (home === thread.id) {
    if (!m.inFirst && thread.goroutine !== id) {
      throw m.fail(c, `goroutine ${id} is in a syscall on a thread that has goroutine ${thread.goroutine}`);
    }
    thread.setGoroutine(id, goroutine);
    return;
  }
  const other = m.threads.get(home);
  if (other) {
    if (other.goroutine !== id) {
      throw m.fail(c, `goroutine ${id} is in a syscall on thread ${home}, which has goroutine ${other.goroutine}`);
    }
    event.goroutine = id;
  } else {
    // The thread has done nothing since the trace began.
    m.newThread(c, home).setGoroutine(id, goroutine);
  }
  event.thread = home;
}

/** GoCreate g stack' stack: by a running goroutine, or by none. */
export function goCreate(m: Machine, c: Cursor, thread: ThreadState): boolean {
  return created(m, c, thread, GoStatus.Runnable, GoState.Runnable);
}

/** GoCreateBlocked g stack' stack. */
export function goCreateBlocked(m: Machine, c: Cursor, thread: ThreadState): boolean {
  return created(m, c, thread, GoStatus.Waiting, GoState.Waiting);
}

function created(m: Machine, c: Cursor, thread: ThreadState, status: number, state: GoState): boolean {
  m.need(c, thread, true, false);
  const creator = m.current(thread);
  if (creator && creator.status !== GoStatus.Running) throw m.fail(c, `goroutine ${creator.id} is not running`);
  create(m, c, status);
  const event = transition(m, c, thread, c.a0, GoState.NotExist, state);
  event.stack = m.stack(c, c.a2);
  event.transitionStack = m.stack(c, c.a1);
  return true;
}

/** GoCreateSyscall g: a thread of C calls into Go. */
export function goCreateSyscall(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.need(c, thread, false, false);
  if (thread.goroutine !== NONE) throw m.fail(c, `thread ${thread.id} has goroutine ${thread.goroutine} already`);
  const goroutine = create(m, c, GoStatus.Syscall);
  transition(m, c, thread, c.a0, GoState.NotExist, GoState.Syscall);
  thread.setGoroutine(c.a0, goroutine);
  return true;
}

function create(m: Machine, c: Cursor, status: number): Resource {
  if (m.goroutine(c.a0)) throw m.fail(c, `goroutine ${c.a0} exists already`);
  return m.newGoroutine(c, c.a0, status);
}

/** GoStart g seq. */
export function goStart(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const id = c.a0;
  const goroutine = m.goroutine(id);
  if (!goroutine || goroutine.status !== GoStatus.Runnable || !goroutine.isNext(m.generation, c.a1)) return false;
  m.need(c, thread, true, false);
  if (thread.goroutine !== NONE) throw m.fail(c, `thread ${thread.id} still has goroutine ${thread.goroutine}`);
  goroutine.status = GoStatus.Running;
  goroutine.sequence = c.a1;
  transition(m, c, thread, id, GoState.Runnable, GoState.Running);
  thread.setGoroutine(id, goroutine);
  return true;
}

/** GoStop reason stack: of the running goroutine, so always possible. */
export function goStop(m: Machine, c: Cursor, thread: ThreadState): boolean {
  return stops(m, c, thread, GoStatus.Runnable, GoState.Runnable);
}

/** GoBlock reason stack: as GoStop. */
export function goBlock(m: Machine, c: Cursor, thread: ThreadState): boolean {
  return stops(m, c, thread, GoStatus.Waiting, GoState.Waiting);
}

function stops(m: Machine, c: Cursor, thread: ThreadState, status: number, state: GoState): boolean {
  m.needAll(c, thread);
  const goroutine = m.running(c, thread, GoStatus.Running);
  goroutine.status = status;
  const event = transition(m, c, thread, goroutine.id, GoState.Running, state);
  event.reason = m.text(c, c.a0);
  event.stack = event.transitionStack = m.stack(c, c.a1);
  thread.setGoroutine(NONE, undefined);
  return true;
}

/** GoDestroy: as GoStop. */
export function goDestroy(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const goroutine = m.running(c, thread, GoStatus.Running);
  m.removeGoroutine(goroutine);
  transition(m, c, thread, thread.goroutine, GoState.Running, GoState.NotExist);
  thread.setGoroutine(NONE, undefined);
  return true;
}

/** GoUnblock g seq stack: by anybody. */
export function goUnblock(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const goroutine = m.goroutine(c.a0);
  if (!goroutine || goroutine.status !== GoStatus.Waiting || !goroutine.isNext(m.generation, c.a1)) return false;
  goroutine.status = GoStatus.Runnable;
  goroutine.sequence = c.a1;
  const event = transition(m, c, thread, c.a0, GoState.Waiting, GoState.Runnable);
  event.stack = m.stack(c, c.a2);
  return true;
}

/** GoSwitch g seq: unblocks a goroutine, blocks the current one, and starts the other. */
export function goSwitch(m: Machine, c: Cursor, thread: ThreadState): boolean {
  return switches(m, c, thread, false);
}

/** GoSwitchDestroy g seq: as GoSwitch, but the current goroutine ends. */
export function goSwitchDestroy(m: Machine, c: Cursor, thread: ThreadState): boolean {
  return switches(m, c, thread, true);
}

function switches(m: Machine, c: Cursor, thread: ThreadState, destroy: boolean): boolean {
  m.needAll(c, thread);
  const current = m.running(c, thread, GoStatus.Running);
  const id = c.a0;
  const next = m.goroutine(id);
  if (!next || next.status !== GoStatus.Waiting || !next.isNext(m.generation, c.a1)) return false;
  transition(m, c, thread, id, GoState.Waiting, GoState.Runnable);
  const second = m.follow(c, thread, EventKind.StateTransition, destroy ? Wire.GoDestroy : Wire.GoBlock);
  describe(second, thread.goroutine, GoState.Running, destroy ? GoState.NotExist : GoState.Waiting);
  if (destroy) m.removeGoroutine(current);
  else current.status = GoStatus.Waiting;
  const third = m.follow(c, thread, EventKind.StateTransition, Wire.GoStart);
  third.goroutine = NONE;
  describe(third, id, GoState.Runnable, GoState.Running);
  next.status = GoStatus.Running;
  next.sequence = c.a1;
  thread.setGoroutine(id, next);
  return true;
}

/** GoSyscallBegin pseq stack: the sequence number is the proc's, which from now on may be stolen. */
export function goSyscallBegin(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const goroutine = m.running(c, thread, GoStatus.Running);
  const proc = procOf(m, c, thread);
  if (!proc.isNext(m.generation, c.a0)) {
    throw m.fail(c, `proc ${proc.id} is at event ${proc.sequence}, which ${c.a0} does not follow`);
  }
  goroutine.status = GoStatus.Syscall;
  proc.status = ProcStatus.Syscall;
  proc.sequence = c.a0;
  const event = transition(m, c, thread, goroutine.id, GoState.Running, GoState.Syscall);
  event.stack = event.transitionStack = m.stack(c, c.a1);
  return true;
}

/** GoSyscallEnd: the proc was not stolen. */
export function goSyscallEnd(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.needAll(c, thread);
  const goroutine = m.running(c, thread, GoStatus.Syscall);
  const proc = procOf(m, c, thread);
  if (proc.status !== ProcStatus.Syscall) throw m.fail(c, `proc ${proc.id} is not in a syscall`);
  goroutine.status = GoStatus.Running;
  proc.status = ProcStatus.Running;
  transition(m, c, thread, goroutine.id, GoState.Syscall, GoState.Running);
  return true;
}

/** GoSyscallEndBlocked: the proc was lost, so the event has to wait until it is. */
export function goSyscallEndBlocked(m: Machine, c: Cursor, thread: ThreadState): boolean {
  if (thread.proc !== NONE && procOf(m, c, thread).status === ProcStatus.Syscall) return false;
  m.need(c, thread, false, true);
  const goroutine = m.running(c, thread, GoStatus.Syscall);
  goroutine.status = GoStatus.Runnable;
  transition(m, c, thread, goroutine.id, GoState.Syscall, GoState.Runnable);
  thread.setGoroutine(NONE, undefined);
  return true;
}

/** GoDestroySyscall: a call from C ends. Its thread may be reused, so its proc counts as stolen by itself. */
export function goDestroySyscall(m: Machine, c: Cursor, thread: ThreadState): boolean {
  m.need(c, thread, false, true);
  const goroutine = m.running(c, thread, GoStatus.Syscall);
  m.removeGoroutine(goroutine);
  if (thread.proc === NONE) transition(m, c, thread, thread.goroutine, GoState.Syscall, GoState.NotExist);
  else {
    const proc = procOf(m, c, thread);
    if (proc.status !== ProcStatus.Syscall) throw m.fail(c, `proc ${proc.id} is not in a syscall`);
    proc.status = ProcStatus.SyscallAbandoned;
    const steal = m.begin(c, thread, EventKind.StateTransition);
    steal.type = Wire.ProcSteal;
    describe(steal, proc.id, ProcState.Running, ProcState.Idle);
    steal.resource = ResourceKind.Proc;
    const destroy = m.follow(c, thread, EventKind.StateTransition, c.type);
    describe(destroy, thread.goroutine, GoState.Syscall, GoState.NotExist);
    thread.setProc(NONE, undefined);
  }
  thread.setGoroutine(NONE, undefined);
  return true;
}

function procOf(m: Machine, c: Cursor, thread: ThreadState): Resource {
  if (!thread.p) throw m.fail(c, `proc ${thread.proc} is unknown`);
  return thread.p;
}

function transition(m: Machine, c: Cursor, thread: ThreadState, id: number, from: GoState, to: GoState): EventRecord {
  return describe(m.begin(c, thread, EventKind.StateTransition), id, from, to);
}

function describe(event: EventRecord, id: number, from: number, to: number): EventRecord {
  event.resource = ResourceKind.Goroutine;
  event.id = id;
  event.from = from;
  event.to = to;
  event.reason = "";
  event.transitionStack = 0;
  return event;
}
