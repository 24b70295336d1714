/**
 * Ordering rules for the events of procs (the scheduler's Ps): when each may come, and how it changes the states. Each
 * function handles the event that its comment names, with the event's arguments; the results are those of `advance` in
 * order.ts.
 */
import { NONE, ProcState, ProcStatus, Reason } from "../codes";
import { Cursor } from "./cursor";
import { fail, Step } from "./failure";
import { procTransition } from "./record";
import { addProc, generation, has, inFirst, procOf, ThreadState, threadOf, threadWithProc } from "./state";

/** Converts a status on the wire: a proc in a syscall counts as running, an abandoned one as idle. */
function stateOf(status: i64): ProcState {
  if (status === ProcStatus.Bad) return ProcState.Undetermined;
  return status === ProcStatus.Running || status === ProcStatus.Syscall ? ProcState.Running : ProcState.Idle;
}

/** ProcStatus p status: the state of a proc when a generation first mentions it. */
export function procStatus(c: Cursor, thread: ThreadState): Step {
  const id = c.a0;
  const status = c.a1;
  if (<u64>status > <u64>ProcStatus.SyscallAbandoned) return fail(c, Reason.ProcStatusUnknown, id, status);
  let from = stateOf(status);
  let to = from;
  let owner: ThreadState | null = thread;
  let proc = procOf(id);
  if (proc === null) {
    proc = addProc(c, id, <i32>status);
    if (proc === null) return Step.Failed;
    from = inFirst ? ProcState.Undetermined : ProcState.NotExist;
  } else {
    if (status === ProcStatus.SyscallAbandoned && proc.status === ProcStatus.Syscall) {
      // The abandoned proc is known from the previous generation, so its thread is known too: the event belongs to that
      // thread.
      from = ProcState.Running;
      to = ProcState.Running;
      owner = threadWithProc(id);
      if (owner === null) return fail(c, Reason.ProcWithoutThread, id);
    } else if (proc.status !== status) return fail(c, Reason.ProcStatus, id, status, proc.status);
    proc.reset(generation);
  }
  procTransition(c, owner, c.type, id, from, to);
  if (status === ProcStatus.Running || status === ProcStatus.Syscall) thread.setProc(id, proc);
  return Step.Came;
}

/** ProcStart p seq: the thread takes a proc. */
export function procStart(c: Cursor, thread: ThreadState): Step {
  const id = c.a0;
  const proc = procOf(id);
  if (proc === null || proc.status !== ProcStatus.Idle || !proc.isNext(generation, c.a1)) return Step.Wait;
  // A thread that returns from a syscall may still hold a proc whose ProcSteal has not come yet.
  if (thread.proc !== NONE) return Step.Wait;
  if (!has(c, thread, false, false)) return Step.Failed;
  proc.status = ProcStatus.Running;
  proc.sequence = c.a1;
  procTransition(c, thread, c.type, id, ProcState.Idle, ProcState.Running);
  thread.setProc(id, proc);
  return Step.Came;
}

/** ProcStop: the thread gives up its proc; never blocked. */
export function procStop(c: Cursor, thread: ThreadState): Step {
  const proc = thread.p;
  if (proc === null) return fail(c, Reason.ProcUnknown, thread.proc);
  if (proc.status !== ProcStatus.Running && proc.status !== ProcStatus.Syscall) {
    return fail(c, Reason.ProcState, proc.id);
  }
  if (!has(c, thread, true, false)) return Step.Failed;
  proc.status = ProcStatus.Idle;
  procTransition(c, thread, c.type, proc.id, ProcState.Running, ProcState.Idle);
  thread.setProc(NONE, null);
  return Step.Came;
}

/** ProcSteal p seq m: takes a proc from thread m, which is in a syscall and may be the thread of the event. */
export function procSteal(c: Cursor, thread: ThreadState): Step {
  const id = c.a0;
  const proc = procOf(id);
  if (proc === null || !proc.isNext(generation, c.a1)) return Step.Wait;
  const lost = proc.status === ProcStatus.SyscallAbandoned;
  if (!lost && proc.status !== ProcStatus.Syscall) return Step.Wait;
  if (!has(c, thread, false, false)) return Step.Failed;
  proc.status = ProcStatus.Idle;
  proc.sequence = c.a1;
  procTransition(c, thread, c.type, id, lost ? ProcState.Idle : ProcState.Running, ProcState.Idle);
  // The thread of an abandoned proc may have moved on, so its state stays as it is.
  if (lost) return Step.Came;
  const victim = c.a2 === thread.id ? thread : threadOf(c.a2);
  if (victim === null) return fail(c, Reason.StolenFromNobody, id, c.a2);
  if (victim.proc !== id) return fail(c, Reason.StolenFromOther, id, c.a2, victim.proc);
  victim.setProc(NONE, null);
  return Step.Came;
}
