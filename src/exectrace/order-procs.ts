/** Procs: which of their events may come now, and what they change. */
import type { Cursor } from "./cursor.js";
import { EventKind, NONE, ProcState, ResourceKind } from "./event.js";
import { ProcStatus } from "./spec.js";
import type { Machine, ThreadState } from "./state.js";

/** Statuses of the wire as states: one in a syscall counts as running, a lost one as idle. */
const STATES = [ProcState.Undetermined, ProcState.Running, ProcState.Idle, ProcState.Running, ProcState.Idle] as const;

/** ProcStatus p status: what a proc is doing when a generation first mentions it. */
export function procStatus(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const id = c.a0;
  const status = c.a1;
  if (!(status >= 0 && status < STATES.length)) throw m.fail(c, `proc ${id} has the unknown status ${status}`);
  let proc = m.procs.get(id);
  let from: ProcState = STATES[status]!;
  let owner = thread;
  let promoted = false;
  if (!proc) {
    proc = m.newProc(c, id, status);
    from = m.inFirst ? ProcState.Undetermined : ProcState.NotExist;
  } else {
    if (status === ProcStatus.SyscallAbandoned && proc.status === ProcStatus.Syscall) {
      // Nothing is lost: it is known which thread the proc was in a syscall with, and the event is that thread's.
      from = ProcState.Running;
      owner = ownerOf(m, c, id);
      promoted = true;
    } else if (proc.status !== status) {
      throw m.fail(c, `proc ${id} has status ${status}, but had ${proc.status}`);
    }
    proc.reset(m.generation);
  }
  const event = m.begin(c, owner, EventKind.StateTransition);
  event.resource = ResourceKind.Proc;
  event.id = id;
  event.from = from;
  event.to = promoted ? ProcState.Running : STATES[status]!;
  event.reason = "";
  event.transitionStack = 0;
  if (status === ProcStatus.Running || status === ProcStatus.Syscall) thread.setProc(id, proc);
  return true;
}

/** ProcStart p seq: the thread takes a proc. */
export function procStart(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const id = c.a0;
  const proc = m.procs.get(id);
  // A thread that returns from a syscall may not have been told yet that its proc was stolen.
  if (!proc || proc.status !== ProcStatus.Idle || !proc.isNext(m.generation, c.a1) || thread.proc !== NONE)
    return false;
  m.need(c, thread, false, false);
  proc.status = ProcStatus.Running;
  proc.sequence = c.a1;
  change(m, c, thread, id, ProcState.Idle, ProcState.Running);
  thread.setProc(id, proc);
  return true;
}

/** ProcStop: the thread gives its proc up; always possible. */
export function procStop(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const proc = thread.p;
  if (!proc) throw m.fail(c, `proc ${thread.proc} does not exist`);
  if (proc.status !== ProcStatus.Running && proc.status !== ProcStatus.Syscall) {
    throw m.fail(c, `proc ${proc.id} is neither running nor in a syscall`);
  }
  m.need(c, thread, true, false);
  proc.status = ProcStatus.Idle;
  change(m, c, thread, proc.id, ProcState.Running, ProcState.Idle);
  thread.setProc(NONE, undefined);
  return true;
}

/** ProcSteal p seq m: takes a proc from a thread in a syscall, maybe from this one. */
export function procSteal(m: Machine, c: Cursor, thread: ThreadState): boolean {
  const id = c.a0;
  const proc = m.procs.get(id);
  if (!proc?.isNext(m.generation, c.a1)) return false;
  const lost = proc.status === ProcStatus.SyscallAbandoned;
  if (!lost && proc.status !== ProcStatus.Syscall) return false;
  m.need(c, thread, false, false);
  proc.status = ProcStatus.Idle;
  proc.sequence = c.a1;
  change(m, c, thread, id, lost ? ProcState.Idle : ProcState.Running, ProcState.Idle);
  // An abandoned proc's thread may have moved on; it is left alone.
  if (lost) return true;
  const victim = c.a2 === thread.id ? thread : m.threads.get(c.a2);
  if (!victim) throw m.fail(c, `proc ${id} is stolen from thread ${c.a2}, which does not exist`);
  if (victim.proc !== id) throw m.fail(c, `proc ${id} is stolen from thread ${c.a2}, which has proc ${victim.proc}`);
  victim.setProc(NONE, undefined);
  return true;
}

function change(m: Machine, c: Cursor, thread: ThreadState, id: number, from: ProcState, to: ProcState): void {
  const event = m.begin(c, thread, EventKind.StateTransition);
  event.resource = ResourceKind.Proc;
  event.id = id;
  event.from = from;
  event.to = to;
  event.reason = "";
  event.transitionStack = 0;
}

function ownerOf(m: Machine, c: Cursor, id: number): ThreadState {
  for (const thread of m.threads.values()) if (thread.proc === id) return thread;
  throw m.fail(c, `no thread has proc ${id}, which is about to be stolen`);
}
