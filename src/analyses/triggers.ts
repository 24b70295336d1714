/** What the agent of `gotrace agent` notes in a trace before it takes a snapshot (templates/agent: sentinel.go, requests.go). */
import { BACKGROUND_TASK, EventKind, type TraceEvent } from "../exectrace/index.js";

/** A number above its limit, or a slow request. */
export interface Trigger {
  /** ns since the start of the trace. */
  readonly time: number;
  readonly by: "sentinel" | "slow";
  /** For people: `goroutines 5120 is above 5000`. */
  readonly message: string;
  /** The task of the slow request, and its trace id in another tracing system, if it has one. */
  readonly task?: number;
  readonly traceId?: string;
}

const CATEGORIES: ReadonlyMap<string, Trigger["by"]> = new Map([
  ["gotrace.sentinel", "sentinel"],
  ["gotrace.slow", "slow"],
]);
/** The category under which the agent logs the trace id of a request. */
const TRACE_ID = "trace_id";
/** The last of them are those that a snapshot was taken for. */
const MOST = 5;

/** Collects the last triggers of a trace. */
export class Triggers {
  private readonly found: Trigger[] = [];
  /** Of tasks that have not ended. */
  private readonly traceIds = new Map<number, string>();

  /** Needs logs and the ends of tasks. */
  feed({ kind, name, message, time, task }: TraceEvent): void {
    if (kind === EventKind.TaskEnd) this.traceIds.delete(task);
    if (kind !== EventKind.Log) return;
    if (name === TRACE_ID && task !== BACKGROUND_TASK) this.traceIds.set(task, message);
    const by = CATEGORIES.get(name);
    if (by === undefined) return;
    const traceId = this.traceIds.get(task);
    const request = task === BACKGROUND_TASK ? {} : { task, ...(traceId === undefined ? {} : { traceId }) };
    this.found.push({ time, by, message, ...request });
    if (this.found.length > MOST) this.found.shift();
  }

  /** In order of time. */
  result(): readonly Trigger[] {
    return this.found;
  }
}
