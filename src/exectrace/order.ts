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
import type { Machine, ThreadState } from "./state.js";

type Handler = (m: Machine, c: Cursor, thread: ThreadState) => boolean;

/**
 * Tries the event of a cursor. If it may come now, the states change, and `m.event` (and what follows it) is filled.
 *
 * @returns whether it came; if not, events of other threads have to come first
 * @throws TraceError when it can never come
 */
export function advance(m: Machine, c: Cursor): boolean {
  const thread = c.state ?? stateOf(m, c);
  const came = HANDLERS[c.type]!(m, c, thread);
  if (thread.id === -1) {
    thread.setProc(-1, undefined);
    thread.setGoroutine(-1, undefined);
  }
  return came;
}

function stateOf(m: Machine, c: Cursor): ThreadState {
  const thread = c.thread === -1 ? m.nobody : (m.threads.get(c.thread) ?? m.newThread(c, c.thread));
  c.state = thread;
  return thread;
}

/** What tries each event; by its number on the wire. */
const HANDLERS: Handler[] = new Array(256).fill(impossible);
const table: Partial<Record<keyof typeof Wire, Handler>> = {
  ProcsChange: range.procsChange,
  ProcStart: proc.procStart,
  ProcStop: proc.procStop,
  ProcSteal: proc.procSteal,
  ProcStatus: proc.procStatus,
  GoCreate: go.goCreate,
  GoCreateSyscall: go.goCreateSyscall,
  GoStart: go.goStart,
  GoDestroy: go.goDestroy,
  GoDestroySyscall: go.goDestroySyscall,
  GoStop: go.goStop,
  GoBlock: go.goBlock,
  GoUnblock: go.goUnblock,
  GoSyscallBegin: go.goSyscallBegin,
  GoSyscallEnd: go.goSyscallEnd,
  GoSyscallEndBlocked: go.goSyscallEndBlocked,
  GoStatus: go.goStatus,
  STWBegin: range.stopBegin,
  STWEnd: range.stopEnd,
  GCActive: range.gcActive,
  GCBegin: range.gcBegin,
  GCEnd: range.gcEnd,
  GCSweepActive: range.sweepActive,
  GCSweepBegin: range.sweepBegin,
  GCSweepEnd: range.sweepEnd,
  GCMarkAssistActive: range.assistActive,
  GCMarkAssistBegin: range.assistBegin,
  GCMarkAssistEnd: range.assistEnd,
  HeapAlloc: range.heapAlloc,
  HeapGoal: range.heapGoal,
  GoLabel: user.label,
  UserTaskBegin: user.taskBegin,
  UserTaskEnd: user.taskEnd,
  UserRegionBegin: user.regionBegin,
  UserRegionEnd: user.regionEnd,
  UserLog: user.log,
  GoSwitch: go.goSwitch,
  GoSwitchDestroy: go.goSwitchDestroy,
  GoCreateBlocked: go.goCreateBlocked,
  GoStatusStack: go.goStatusStack,
  Span: user.experimental,
  SpanAlloc: user.experimental,
  SpanFree: user.experimental,
  HeapObject: user.experimental,
  HeapObjectAlloc: user.experimental,
  HeapObjectFree: user.experimental,
  GoroutineStack: user.experimental,
  GoroutineStackAlloc: user.experimental,
  GoroutineStackFree: user.experimental,
};
for (const [name, handler] of Object.entries(table)) HANDLERS[Wire[name as keyof typeof Wire]] = handler;

function impossible(m: Machine, c: Cursor): never {
  throw m.fail(c, "it does not belong among the events of a thread");
}
