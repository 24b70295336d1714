/** What the agent of `gotrace agent` notes in a trace before it takes a snapshot (templates/agent: sentinel.go, requests.go). */
import { EventKind, type TraceEvent } from "../exectrace/index.js";

/** A number above its limit, or a slow request. */
export interface Trigger {
  /** ns since the start of the trace. */
  readonly time: number;
  readonly by: "sentinel" | "slow";
  /** For people: `goroutines 5120 is above 5000`. */
  readonly message: string;
}

const CATEGORIES: ReadonlyMap<string, Trigger["by"]> = new Map([
  ["gotrace.sentinel", "sentinel"],
  ["gotrace.slow", "slow"],
]);
/** The last of them are those that a snapshot was taken for. */
const MOST = 5;

/** Collects the last triggers of a trace. */
export class Triggers {
  private readonly found: Trigger[] = [];

  feed({ kind, name, message, time }: TraceEvent): void {
    if (kind !== EventKind.Log) return;
    const by = CATEGORIES.get(name);
    if (by === undefined) return;
    this.found.push({ time, by, message });
    if (this.found.length > MOST) this.found.shift();
  }

  /** In order of time. */
  result(): readonly Trigger[] {
    return this.found;
  }
}
