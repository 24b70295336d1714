/** When some processor was idle, and when the runtime stopped the program. */
import type { Ranges } from "../analyses/index.js";
import { grown } from "../base/columns.js";
import { EventKind, MetricName, ProcState, RangeName, ResourceKind, type TraceEvent } from "../exectrace/index.js";
import { Spans } from "./spans.js";

/** Feed every event, then `finish`. Times: nanoseconds since the trace's start. Memory: 12 bytes a change. */
export class Processors {
  /** When the world was stopped. */
  readonly stopped = new Spans();
  private readonly states = new Map<number, number>();
  /** How many processors run, less how many there are (GOMAXPROCS): at first, and by how much it changes when. */
  private level = 0;
  private changes = 0;
  private time = new Float64Array(64);
  private change = new Int32Array(64);
  private size = 0;
  private now = 0;

  constructor(ranges: Ranges) {
    ranges.onRange(({ name, begin, end }) => {
      if (name === RangeName.stopTheWorld) this.stopped.add(begin, end);
    });
  }

  feed(e: TraceEvent): void {
    this.now = e.time;
    if (e.kind === EventKind.Metric && e.name === MetricName.gomaxprocs) this.resize(e.value);
    else if (e.kind === EventKind.StateTransition && e.resource === ResourceKind.Proc) this.transition(e);
  }

  /**
   * When at least one processor ran nothing. A trace mentions idle processors late, running ones soon; so one that it
   * has not mentioned counts as idle, and one that runs when first mentioned as running before.
   */
  finish(): Spans {
    const idle = new Spans();
    let { level } = this;
    let since = 0;
    for (let i = 0; i < this.changes; i++) {
      const next = level + this.change[i];
      if (level < 0 && next >= 0) idle.add(since, this.time[i]);
      else if (level >= 0 && next < 0) since = this.time[i];
      level = next;
    }
    if (level < 0) idle.add(since, this.now);
    return idle;
  }

  private resize(size: number): void {
    if (this.size === 0) this.level -= size;
    else this.add(this.size - size);
    this.size = size;
  }

  private transition({ id, from, to }: TraceEvent): void {
    const known = this.states.get(id);
    if (known === to) return;
    this.states.set(id, to);
    if (to === ProcState.Running) {
      if (known === undefined && from === ProcState.Undetermined) this.level++;
      else this.add(1);
    } else if (known === ProcState.Running) this.add(-1);
  }

  private add(change: number): void {
    if (change === 0) return;
    this.time = grown(this.time, this.changes + 1);
    this.change = grown(this.change, this.changes + 1);
    this.time[this.changes] = this.now;
    this.change[this.changes++] = change;
  }
}
