/** Goroutines: which of their events may come now, and what they change. */
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

/** A status of the wire as a state. */
function stateOf(status: i64): GoState {
  if (status === GoStatus.Runnable) return GoState.Runnable;
  if (status === GoStatus.Running) return GoState.Running;
  if (status === GoStatus.Syscall) return GoState.Syscall;
  return status === GoStatus.Waiting ? GoState.Waiting : GoState.Undetermined;
}

/** GoStatus g m status: what a goroutine is doing when a generation first mentions it; GoStatusStack has a stack too. */
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

/** A goroutine in a syscall is bound to a thread, which the status names; it need not be the one that says so. */
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

/** GoCreate g stack' stack, GoCreateBlocked g stack' stack: by a running goroutine, or by none. */
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

/** GoCreateSyscall g: a thread of C calls into Go. */
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

/** GoStop reason stack, GoBlock reason stack: of the running goroutine, so always possible. */
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

/** GoDestroy: as GoStop. */
export function goDestroy(c: Cursor, thread: ThreadState): Step {
  const goroutine = running(c, thread, true, GoStatus.Running);
  if (goroutine === null) return Step.Failed;
  removeGoroutine(goroutine);
  goTransition(c, thread, c.type, thread.goroutine, GoState.Running, GoState.NotExist);
  thread.setGoroutine(NONE, null);
  return Step.Came;
}

/** GoUnblock g seq stack: by anybody. */
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
 * GoSwitch g seq: unblocks a goroutine, blocks the current one, and starts the other. GoSwitchDestroy g seq: the current
 * one ends.
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

/** GoSyscallBegin pseq stack: the sequence number is the proc's, which from now on may be stolen. */
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

/** GoSyscallEnd: the proc was not stolen. */
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

/** GoSyscallEndBlocked: the proc was lost, so the event has to wait until it is. */
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

/** GoDestroySyscall: a call from C ends. Its thread may be reused, so its proc counts as stolen by itself. */
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
