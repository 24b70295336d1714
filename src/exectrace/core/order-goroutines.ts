/**
 * Ordering rules for the events of goroutines: when each may come, and how it changes the states. Each function handles
 * the event that its comment names, with the event's arguments; the results are those of `advance` in order.ts.
 */
import { GoState, GoStatus, NONE, ProcState, ProcStatus, Reason, Wire } from "../codes";
import { Cursor } from "./cursor";
import { fail, Step } from "./failure";
import { goTransition, procTransition, Record } from "./record";
import { Resource } from "./resource";
import {
  addGoroutine,
  addThread,
  currentOf,
  generation,
  goroutineOf,
  has,
  inFirst,
  procOn,
  removeGoroutine,
  running,
  ThreadState,
  threadOf,
} from "./state";
import { stackAt, stringAt } from "./tables";

/** Converts a status on the wire. */
function stateOf(status: i64): GoState {
  if (status === GoStatus.Runnable) return GoState.Runnable;
  if (status === GoStatus.Running) return GoState.Running;
  if (status === GoStatus.Syscall) return GoState.Syscall;
  return status === GoStatus.Waiting ? GoState.Waiting : GoState.Undetermined;
}

/**
 * GoStatus g m status, GoStatusStack g m status stack: the state of a goroutine when a generation first mentions it.
 */
export function goStatus(c: Cursor, thread: ThreadState, stackId: i64): Step {
  const stack = stackAt(c, stackId);
  if (stack < 0) return Step.Failed;
  const id = c.a0;
  const status = c.a2;
  if (<u64>status > <u64>GoStatus.Waiting) return fail(c, Reason.GoroutineStatusUnknown, id, status);
  const to = stateOf(status);
  let from = to;
  let goroutine = goroutineOf(id);
  if (goroutine !== null) {
    if (goroutine.status !== status) return fail(c, Reason.GoroutineStatus, id, status, goroutine.status);
    goroutine.reset(generation);
  } else if (inFirst) {
    goroutine = addGoroutine(c, id, <GoStatus>status);
    if (goroutine === null) return Step.Failed;
    from = GoState.Undetermined;
  } else return fail(c, Reason.GoroutineNotCreated, id);
  const record = goTransition(c, thread, c.type, id, from, to, stack, stack);
  if (status === GoStatus.Running) thread.setGoroutine(id, goroutine);
  else if (status === GoStatus.Syscall) return inSyscall(c, thread, goroutine, record);
  return Step.Came;
}

/**
 * Binds a goroutine in a syscall to its thread. The status names that thread; it need not be the thread of the event.
 */
function inSyscall(c: Cursor, thread: ThreadState, goroutine: Resource, record: Record): Step {
  const id = goroutine.id;
  const home = c.a1;
  if (home === NONE) return fail(c, Reason.SyscallWithoutThread, id);
  if (home === thread.id) {
    if (!inFirst && thread.goroutine !== id) return fail(c, Reason.SyscallThread, id, thread.goroutine);
    thread.setGoroutine(id, goroutine);
    return Step.Came;
  }
  let other = threadOf(home);
  if (other !== null) {
    if (other.goroutine !== id) return fail(c, Reason.SyscallOtherThread, id, home, other.goroutine);
    record.goroutine = id;
  } else {
    // The thread has done nothing since the trace began.
    other = addThread(c, home);
    if (other === null) return Step.Failed;
    other.setGoroutine(id, goroutine);
  }
  record.thread = home;
  return Step.Came;
}

/** GoCreate g stack' stack, GoCreateBlocked g stack' stack: the creator is the running goroutine, if there is one. */
export function goCreate(c: Cursor, thread: ThreadState, status: GoStatus): Step {
  if (!has(c, thread, true, false)) return Step.Failed;
  const creator = currentOf(thread);
  if (creator !== null && creator.status !== GoStatus.Running) return fail(c, Reason.CreatorNotRunning, creator.id);
  const stack = stackAt(c, c.a2);
  const target = stackAt(c, c.a1);
  if (stack < 0 || target < 0 || create(c, status) === null) return Step.Failed;
  goTransition(c, thread, c.type, c.a0, GoState.NotExist, stateOf(status), stack, target);
  return Step.Came;
}

/** GoCreateSyscall g: a C thread calls into Go. */
export function goCreateSyscall(c: Cursor, thread: ThreadState): Step {
  if (!has(c, thread, false, false)) return Step.Failed;
  if (thread.goroutine !== NONE) return fail(c, Reason.ThreadHasGoroutine, thread.id, thread.goroutine);
  const goroutine = create(c, GoStatus.Syscall);
  if (goroutine === null) return Step.Failed;
  goTransition(c, thread, c.type, c.a0, GoState.NotExist, GoState.Syscall);
  thread.setGoroutine(c.a0, goroutine);
  return Step.Came;
}

function create(c: Cursor, status: GoStatus): Resource | null {
  if (goroutineOf(c.a0) === null) return addGoroutine(c, c.a0, status);
  fail(c, Reason.GoroutineExists, c.a0);
  return null;
}

/** GoStart g seq. */
export function goStart(c: Cursor, thread: ThreadState): Step {
  const id = c.a0;
  const goroutine = goroutineOf(id);
  if (goroutine === null || goroutine.status !== GoStatus.Runnable || !goroutine.isNext(generation, c.a1)) {
    return Step.Wait;
  }
  if (!has(c, thread, true, false)) return Step.Failed;
  if (thread.goroutine !== NONE) return fail(c, Reason.ThreadHasGoroutine, thread.id, thread.goroutine);
  goroutine.status = GoStatus.Running;
  goroutine.sequence = c.a1;
  goTransition(c, thread, c.type, id, GoState.Runnable, GoState.Running);
  thread.setGoroutine(id, goroutine);
  return Step.Came;
}

/** GoStop reason stack, GoBlock reason stack: about the thread's own running goroutine, so never blocked. */
export function goStop(c: Cursor, thread: ThreadState, status: GoStatus, state: GoState): Step {
  const goroutine = running(c, thread, true, GoStatus.Running);
  if (goroutine === null) return Step.Failed;
  const reason = stringAt(c, c.a0);
  const stack = stackAt(c, c.a1);
  if (reason < 0 || stack < 0) return Step.Failed;
  goroutine.status = status;
  goTransition(c, thread, c.type, goroutine.id, GoState.Running, state, stack, stack).text = reason;
  thread.setGoroutine(NONE, null);
  return Step.Came;
}

/** GoDestroy: never blocked, like GoStop. */
export function goDestroy(c: Cursor, thread: ThreadState): Step {
  const goroutine = running(c, thread, true, GoStatus.Running);
  if (goroutine === null) return Step.Failed;
  removeGoroutine(goroutine);
  goTransition(c, thread, c.type, thread.goroutine, GoState.Running, GoState.NotExist);
  thread.setGoroutine(NONE, null);
  return Step.Came;
}

/** GoUnblock g seq stack: from any thread. */
export function goUnblock(c: Cursor, thread: ThreadState): Step {
  const id = c.a0;
  const goroutine = goroutineOf(id);
  if (goroutine === null || goroutine.status !== GoStatus.Waiting || !goroutine.isNext(generation, c.a1)) {
    return Step.Wait;
  }
  const stack = stackAt(c, c.a2);
  if (stack < 0) return Step.Failed;
  goroutine.status = GoStatus.Runnable;
  goroutine.sequence = c.a1;
  goTransition(c, thread, c.type, id, GoState.Waiting, GoState.Runnable, stack);
  return Step.Came;
}

/**
 * GoSwitch g seq: unblocks a goroutine, blocks the current one, and starts the unblocked one. GoSwitchDestroy g seq:
 * the same, but the current one ends. Each makes three records, as if the runtime had written three events.
 */
export function goSwitch(c: Cursor, thread: ThreadState, destroy: bool): Step {
  const current = running(c, thread, true, GoStatus.Running);
  if (current === null) return Step.Failed;
  const id = c.a0;
  const next = goroutineOf(id);
  if (next === null || next.status !== GoStatus.Waiting || !next.isNext(generation, c.a1)) return Step.Wait;
  goTransition(c, thread, c.type, id, GoState.Waiting, GoState.Runnable);
  if (destroy) {
    goTransition(c, thread, Wire.GoDestroy, thread.goroutine, GoState.Running, GoState.NotExist);
    removeGoroutine(current);
  } else {
    goTransition(c, thread, Wire.GoBlock, thread.goroutine, GoState.Running, GoState.Waiting);
    current.status = GoStatus.Waiting;
  }
  goTransition(c, thread, Wire.GoStart, id, GoState.Runnable, GoState.Running).goroutine = NONE;
  next.status = GoStatus.Running;
  next.sequence = c.a1;
  thread.setGoroutine(id, next);
  return Step.Came;
}

/** GoSyscallBegin pseq stack: pseq is the sequence number of the proc, which may be stolen from now on. */
export function goSyscallBegin(c: Cursor, thread: ThreadState): Step {
  const goroutine = running(c, thread, true, GoStatus.Running);
  if (goroutine === null) return Step.Failed;
  const proc = procOn(c, thread);
  if (proc === null) return Step.Failed;
  if (!proc.isNext(generation, c.a0)) return fail(c, Reason.ProcSequence, proc.id, proc.sequence, c.a0);
  const stack = stackAt(c, c.a1);
  if (stack < 0) return Step.Failed;
  goroutine.status = GoStatus.Syscall;
  proc.status = ProcStatus.Syscall;
  proc.sequence = c.a0;
  goTransition(c, thread, c.type, goroutine.id, GoState.Running, GoState.Syscall, stack, stack);
  return Step.Came;
}

/** GoSyscallEnd: the goroutine still has its proc. */
export function goSyscallEnd(c: Cursor, thread: ThreadState): Step {
  const goroutine = running(c, thread, true, GoStatus.Syscall);
  if (goroutine === null) return Step.Failed;
  const proc = procOn(c, thread);
  if (proc === null) return Step.Failed;
  if (proc.status !== ProcStatus.Syscall) return fail(c, Reason.ProcNotInSyscall, proc.id);
  goroutine.status = GoStatus.Running;
  proc.status = ProcStatus.Running;
  goTransition(c, thread, c.type, goroutine.id, GoState.Syscall, GoState.Running);
  return Step.Came;
}

/** GoSyscallEndBlocked: the goroutine has lost its proc, so the event waits for the one that steals it. */
export function goSyscallEndBlocked(c: Cursor, thread: ThreadState): Step {
  if (thread.proc !== NONE) {
    const proc = procOn(c, thread);
    if (proc === null) return Step.Failed;
    if (proc.status === ProcStatus.Syscall) return Step.Wait;
  }
  const goroutine = running(c, thread, false, GoStatus.Syscall);
  if (goroutine === null) return Step.Failed;
  goroutine.status = GoStatus.Runnable;
  goTransition(c, thread, c.type, goroutine.id, GoState.Syscall, GoState.Runnable);
  thread.setGoroutine(NONE, null);
  return Step.Came;
}

/** GoDestroySyscall: a call from C ends. Its thread may be reused at once, so its proc is recorded as stolen here. */
export function goDestroySyscall(c: Cursor, thread: ThreadState): Step {
  const goroutine = running(c, thread, false, GoStatus.Syscall);
  if (goroutine === null) return Step.Failed;
  if (thread.proc !== NONE) {
    const proc = procOn(c, thread);
    if (proc === null) return Step.Failed;
    if (proc.status !== ProcStatus.Syscall) return fail(c, Reason.ProcNotInSyscall, proc.id);
    proc.status = ProcStatus.SyscallAbandoned;
    procTransition(c, thread, Wire.ProcSteal, proc.id, ProcState.Running, ProcState.Idle);
  }
  goTransition(c, thread, c.type, thread.goroutine, GoState.Syscall, GoState.NotExist);
  removeGoroutine(goroutine);
  thread.setProc(NONE, null);
  thread.setGoroutine(NONE, null);
  return Step.Came;
}
