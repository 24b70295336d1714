/**
 * The order of events across threads. Clocks of threads may disagree, so times alone do not tell it: an event may come
 * only when the states of its goroutine, proc and thread allow it, and when the sequence number that it carries is the
 * next one. What Go's runtime guarantees about that is in internal/trace/order.go, whose decisions these are.
 */
import type { Cursor } from "./cursor.js";
import * as go from "./order-goroutines.js";
import * as proc from "./order-procs.js";
import * as range from "./order-ranges.js";
import * as user from "./order-user.js";
import { Wire } from "./spec.js";
import { type Machine, ThreadState } from "./state.js";

/**
 * Tries the event of a cursor. If it may come now, the states change, and `m.event` (and what follows it) is filled.
 *
 * @returns whether it came; if not, events of other threads have to come first
 * @throws TraceError when it can never come
 */
export function advance(m: Machine, c: Cursor): boolean {
  const thread = c.state ?? stateOf(m, c);
  const came = dispatch(m, c, thread);
  if (came && thread === m.nobody) {
    thread.setProc(-1, undefined);
    thread.setGoroutine(-1, undefined);
  }
  return came;
}

function stateOf(m: Machine, c: Cursor): ThreadState {
  let thread = c.thread === -1 ? m.nobody : m.threads.get(c.thread);
  if (!thread) {
    thread = new ThreadState(c.thread);
    m.threads.set(c.thread, thread);
  }
  c.state = thread;
  return thread;
}

function dispatch(m: Machine, c: Cursor, thread: ThreadState): boolean {
  switch (c.type) {
    case Wire.GoStart:
      return go.goStart(m, c, thread);
    case Wire.GoStop:
    case Wire.GoBlock:
    case Wire.GoDestroy:
      return go.goStop(m, c, thread);
    case Wire.GoUnblock:
      return go.goUnblock(m, c, thread);
    case Wire.GoSyscallBegin:
      return go.goSyscallBegin(m, c, thread);
    case Wire.GoSyscallEnd:
      return go.goSyscallEnd(m, c, thread);
    case Wire.GoSyscallEndBlocked:
      return go.goSyscallEndBlocked(m, c, thread);
    case Wire.GoCreate:
    case Wire.GoCreateBlocked:
      return go.goCreate(m, c, thread);
    case Wire.GoStatus:
    case Wire.GoStatusStack:
      return go.goStatus(m, c, thread);
    case Wire.GoSwitch:
    case Wire.GoSwitchDestroy:
      return go.goSwitch(m, c, thread);
    case Wire.GoCreateSyscall:
      return go.goCreateSyscall(m, c, thread);
    case Wire.GoDestroySyscall:
      return go.goDestroySyscall(m, c, thread);
    case Wire.ProcStart:
      return proc.procStart(m, c, thread);
    case Wire.ProcStop:
      return proc.procStop(m, c, thread);
    case Wire.ProcSteal:
      return proc.procSteal(m, c, thread);
    case Wire.ProcStatus:
      return proc.procStatus(m, c, thread);
    case Wire.HeapAlloc:
    case Wire.HeapGoal:
    case Wire.ProcsChange:
      return range.metric(m, c, thread);
    case Wire.GCSweepBegin:
    case Wire.GCSweepEnd:
      return range.sweep(m, c, thread);
    case Wire.GCSweepActive:
      return range.sweepActive(m, c, thread);
    case Wire.STWBegin:
    case Wire.GCMarkAssistBegin:
      return range.goRangeBegin(m, c, thread);
    case Wire.STWEnd:
    case Wire.GCMarkAssistEnd:
      return range.goRangeEnd(m, c, thread);
    case Wire.GCMarkAssistActive:
      return range.goRangeActive(m, c, thread);
    case Wire.GCActive:
    case Wire.GCBegin:
    case Wire.GCEnd:
      return range.gc(m, c, thread);
    case Wire.GoLabel:
      return range.label(m, c, thread);
    case Wire.UserTaskBegin:
      return user.taskBegin(m, c, thread);
    case Wire.UserTaskEnd:
      return user.taskEnd(m, c, thread);
    case Wire.UserRegionBegin:
    case Wire.UserRegionEnd:
      return user.region(m, c, thread);
    case Wire.UserLog:
      return user.log(m, c, thread);
    case Wire.ClockSnapshot:
      throw m.fail(c, "it does not belong among the events of a thread");
    default:
      return range.experimental(m, c, thread);
  }
}
