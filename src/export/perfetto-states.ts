/**
 * The states of goroutines in Perfetto's format: each stay is a slice, and a wake is an instant on the track of the
 * goroutine that ended the wait, with a flow to where the woken one is ready.
 */
import { STATES, type StayCursor } from "../calltree/index.js";
import { Event, type Packets, Type } from "./perfetto-packets.js";
import type { StateSink, Wake } from "./state-slices.js";

/** The tracks of the goroutines of a process. */
export interface StateTracks {
  /** The track for the states of a goroutine, and the one on which it wakes others; 0 if it is not shown. */
  states(goid: number): number;
  wakes(goid: number): number;
}

/** Writes the states of the goroutines of one process. */
export class PerfettoStates implements StateSink {
  /**
   * @param start when the process began, nanoseconds since the beginning of the file
   * @param flow makes numbers for flows
   */
  constructor(
    private readonly packets: Packets,
    private readonly tracks: StateTracks,
    private readonly start: number,
    private readonly flow: () => number,
    private readonly goid: number,
  ) {}

  stay(cursor: StayCursor, begin: number, end: number, wake: Wake | undefined): void {
    const { packets, start } = this;
    const track = this.tracks.states(this.goid);
    const flow = this.arrow(wake);
    packets.event(start + begin, Type.begin, track, STATES[cursor.state], () => {
      if (cursor.reason !== "") packets.argument("reason", cursor.reason);
      if (cursor.place !== "") packets.argument("in", cursor.place);
      if (cursor.waker >= 0) packets.argument("ended by goroutine", cursor.waker);
      if (cursor.wakerPlace !== "") packets.argument("ended in", cursor.wakerPlace);
      if (flow > 0) packets.out.fixed64(Event.terminatingFlowIds, flow, FLOWS);
    });
    packets.event(start + end, Type.end, track, undefined);
  }

  woken(wake: Wake): void {
    const { packets, start } = this;
    const flow = this.arrow(wake);
    if (flow === 0) return;
    packets.event(start + wake.time, Type.instant, this.tracks.states(this.goid), "ready", () => {
      packets.out.fixed64(Event.terminatingFlowIds, flow, FLOWS);
    });
  }

  /** Writes the beginning of an arrow. @returns the number of its flow; 0 if there is none */
  private arrow(wake: Wake | undefined): number {
    const track = wake === undefined ? 0 : this.tracks.wakes(wake.waker);
    if (wake === undefined || track === 0) return 0;
    const { packets, start } = this;
    const flow = this.flow();
    packets.event(start + wake.time, Type.instant, track, "wake", () => {
      packets.argument("goroutine", wake.woken);
      packets.out.fixed64(Event.flowIds, flow, FLOWS);
    });
    return flow;
  }
}

/** The high half of the flows' ids, which go statements do not use. */
const FLOWS = 0x80000000;
