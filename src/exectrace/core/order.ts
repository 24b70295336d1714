/**
 * Decides which thread's event comes next. Clocks of threads may disagree, so times alone do not give the order: an
 * event may come only when the states of its goroutine, proc and thread allow it and when its sequence number is the
 * next one. The decisions are those of Go's internal/trace/order.go, which explains what the runtime guarantees.
 */
import { GoState, GoStatus, NONE, Reason, Wire } from "../codes";
import { Cursor } from "./cursor";
import { fail, Step } from "./failure";
import * as go from "./order-goroutines";
import * as proc from "./order-procs";
import * as range from "./order-ranges";
import * as user from "./order-user";
import { ThreadState, threadOfCursor } from "./state";

/**
 * Tries the event of a cursor.
 *
 * @returns Came: the states have changed and one to three records were made; Wait: it must come later; Failed: it can
 * never come
 */
export function advance(c: Cursor): Step {
  let thread = c.state;
  if (thread === null) {
    thread = threadOfCursor(c);
    if (thread === null) return Step.Failed;
    c.state = thread;
  }
  const step = tried(c, thread);
  if (thread.id === NONE) {
    thread.setProc(NONE, null);
    thread.setGoroutine(NONE, null);
  }
  return step;
}

function tried(c: Cursor, thread: ThreadState): Step {
  switch (c.type) {
    case Wire.ProcsChange:
      return range.procsChange(c, thread);
    case Wire.ProcStart:
      return proc.procStart(c, thread);
    case Wire.ProcStop:
      return proc.procStop(c, thread);
    case Wire.ProcSteal:
      return proc.procSteal(c, thread);
    case Wire.ProcStatus:
      return proc.procStatus(c, thread);
    case Wire.GoCreate:
      return go.goCreate(c, thread, GoStatus.Runnable);
    case Wire.GoCreateBlocked:
      return go.goCreate(c, thread, GoStatus.Waiting);
    case Wire.GoCreateSyscall:
      return go.goCreateSyscall(c, thread);
    case Wire.GoStart:
      return go.goStart(c, thread);
    case Wire.GoDestroy:
      return go.goDestroy(c, thread);
    case Wire.GoDestroySyscall:
      return go.goDestroySyscall(c, thread);
    case Wire.GoStop:
      return go.goStop(c, thread, GoStatus.Runnable, GoState.Runnable);
    case Wire.GoBlock:
      return go.goStop(c, thread, GoStatus.Waiting, GoState.Waiting);
    case Wire.GoUnblock:
      return go.goUnblock(c, thread);
    case Wire.GoSyscallBegin:
      return go.goSyscallBegin(c, thread);
    case Wire.GoSyscallEnd:
      return go.goSyscallEnd(c, thread);
    case Wire.GoSyscallEndBlocked:
      return go.goSyscallEndBlocked(c, thread);
    case Wire.GoStatus:
      return go.goStatus(c, thread, 0);
    case Wire.GoStatusStack:
      return go.goStatus(c, thread, c.a3);
    case Wire.GoSwitch:
      return go.goSwitch(c, thread, false);
    case Wire.GoSwitchDestroy:
      return go.goSwitch(c, thread, true);
    case Wire.STWBegin:
      return range.stopBegin(c, thread);
    case Wire.STWEnd:
      return range.stopEnd(c, thread);
    case Wire.GCActive:
      return range.gcActive(c, thread);
    case Wire.GCBegin:
      return range.gcBegin(c, thread);
    case Wire.GCEnd:
      return range.gcEnd(c, thread);
    case Wire.GCSweepActive:
      return range.sweepActive(c, thread);
    case Wire.GCSweepBegin:
      return range.sweepBegin(c, thread);
    case Wire.GCSweepEnd:
      return range.sweepEnd(c, thread);
    case Wire.GCMarkAssistActive:
      return range.assistActive(c, thread);
    case Wire.GCMarkAssistBegin:
      return range.assistBegin(c, thread);
    case Wire.GCMarkAssistEnd:
      return range.assistEnd(c, thread);
    case Wire.HeapAlloc:
    case Wire.HeapGoal:
      return range.heapSize(c, thread);
    case Wire.GoLabel:
      return user.label(c, thread);
    case Wire.UserTaskBegin:
      return user.taskBegin(c, thread);
    case Wire.UserTaskEnd:
      return user.taskEnd(c, thread);
    case Wire.UserRegionBegin:
      return user.regionBegin(c, thread);
    case Wire.UserRegionEnd:
      return user.regionEnd(c, thread);
    case Wire.UserLog:
      return user.log(c, thread);
    default:
      if (c.type < Wire.Span || c.type > Wire.GoroutineStackFree) return fail(c, Reason.Impossible);
      return user.experimental(c, thread);
  }
}
