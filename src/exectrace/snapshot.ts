/** The state of a program at one moment of its trace, as the events that would open a trace recorded from then on. */
import { EventKind, GoState, NONE, ProcState, RangeName, ResourceKind, type TraceEvent } from "./event.js";

type Fields = { -readonly [name in keyof TraceEvent]: TraceEvent[name] };

interface Goroutine {
  state: number;
  reason: string;
  /** Its last known stack. */
  stack: number;
  proc: number;
}

interface OpenRange {
  readonly name: string;
  readonly resource: ResourceKind;
  readonly id: number;
}

/** Tracks the state: feed it all events up to the moment. Memory: live goroutines, procs, open ranges, metrics. */
export class Snapshot {
  private readonly goroutines = new Map<number, Goroutine>();
  private readonly procs = new Map<number, number>();
  private readonly ranges = new Map<string, OpenRange>();
  private readonly metrics = new Map<string, number>();

  feed(e: TraceEvent): void {
    if (e.kind === EventKind.StateTransition) {
      if (e.resource === ResourceKind.Goroutine) this.goroutine(e);
      else if (e.resource === ResourceKind.Proc) this.procs.set(e.id, e.to);
    } else if (e.kind === EventKind.RangeBegin || e.kind === EventKind.RangeActive) {
      this.ranges.set(keyOf(e), { name: e.name, resource: e.resource, id: e.id });
    } else if (e.kind === EventKind.RangeEnd) this.ranges.delete(keyOf(e));
    else if (e.kind === EventKind.Metric) this.metrics.set(e.name, e.value);
  }

  /** Yields events at time 0 that describe the state: metrics, procs, goroutines, ranges. */
  *events(): Generator<TraceEvent> {
    for (const [name, value] of this.metrics) yield event({ kind: EventKind.Metric, name, value });
    const kind = EventKind.StateTransition;
    for (const [id, to] of this.procs) {
      if (to !== ProcState.NotExist) {
        yield event({ kind, resource: ResourceKind.Proc, id, from: ProcState.Undetermined, to });
      }
    }
    const busy = new Set<number>();
    for (const { state, proc } of this.goroutines.values()) if (state === GoState.Running) busy.add(proc);
    for (const [id, { state, reason, stack, proc: last }] of this.goroutines) {
      // A goroutine in a long syscall loses its proc.
      const isLost = state === GoState.Syscall && (busy.has(last) || this.procs.get(last) !== ProcState.Running);
      const proc = isLost ? NONE : last;
      const transition = { resource: ResourceKind.Goroutine, id, from: GoState.Undetermined, to: state };
      yield event({ kind, ...transition, reason, proc, transitionStack: stack });
    }
    for (const range of this.ranges.values()) yield event({ kind: EventKind.RangeActive, ...range });
  }

  private goroutine(e: TraceEvent): void {
    const { id, from, to } = e;
    if (to === GoState.NotExist) {
      this.goroutines.delete(id);
      // The runtime does not report the end of the assist of a goroutine that ends.
      this.ranges.delete(`${ResourceKind.Goroutine} ${id} ${RangeName.gcMarkAssist}`);
      return;
    }
    let one = this.goroutines.get(id);
    if (!one) {
      one = { state: to, reason: "", stack: 0, proc: NONE };
      this.goroutines.set(id, one);
    }
    if (e.transitionStack !== 0) one.stack = e.transitionStack;
    if (from === to) return;
    one.reason = reasonOf(e, one.reason);
    one.state = to;
    one.proc = to === GoState.Running || to === GoState.Syscall ? e.proc : NONE;
  }
}

/** Why a goroutine is in its new state; a woken one keeps the reason of its wait. */
function reasonOf({ from, to, reason }: TraceEvent, before: string): string {
  if (to === GoState.Waiting) return reason || (from === GoState.Undetermined ? "" : "coroutine");
  if (to !== GoState.Runnable) return "";
  if (from === GoState.NotExist) return "created";
  if (from === GoState.Waiting) return before;
  return from === GoState.Syscall ? "syscall" : reason;
}

function keyOf(e: TraceEvent): string {
  return `${e.resource} ${e.id} ${e.name}`;
}

/** Makes an event with default values for all other fields. */
export function event(fields: Partial<Fields>): TraceEvent {
  const { None } = ResourceKind;
  return {
    ...{
      kind: EventKind.Sync,
      type: 0,
      time: 0,
      thread: NONE,
      proc: NONE,
      goroutine: NONE,
      stack: 0,
      resource: None,
      id: 0,
    },
    ...{ from: 0, to: 0, reason: "", transitionStack: 0, name: "", message: "", task: 0, parent: NONE, value: 0 },
    ...{ swept: 0, reclaimed: 0, args: [] },
    ...fields,
  };
}
