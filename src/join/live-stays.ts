/** The stays of a process's goroutines while it writes its execution trace. */
import { Activity, Intervals, type OpenInterval } from "../analyses/index.js";
import { STATES } from "../calltree/index.js";
import { TraceReader } from "../exectrace/index.js";
import { Classifier } from "./classify.js";

/** A goroutine that was not running, from when to when: nanoseconds of the runtime's monotonic clock since `start`. */
export interface LiveStay {
  readonly goid: number;
  readonly state: string;
  readonly from: number;
  readonly to: number;
  /** Whether it has not ended: later stays go on where this one ends. */
  readonly isOpen: boolean;
}

/**
 * Reads an execution trace as it grows. Go writes it in generations of a second, and the order of events is known when one is
 * complete. So stays are reported a generation at a time, each up to its end, and those that go on in pieces.
 */
export class LiveStays {
  private readonly reader = new TraceReader();
  private readonly intervals = new Intervals(this.reader);
  private readonly classifier = new Classifier(this.reader.stacks);
  /** By goroutine: up to when its open stay was reported. */
  private reported = new Map<number, number>();

  /** @param visit called for each stay, or piece of one, in which a goroutine did not run */
  constructor(private readonly visit: (stay: LiveStay) => void) {
    this.intervals.onInterval((interval) => this.report(interval.goroutine, interval, interval.end, false));
  }

  /** The first event, nanoseconds of the monotonic clock. */
  get start(): bigint {
    return this.reader.start;
  }

  /** Up to when stays are known: nanoseconds since `start`. */
  get until(): number {
    return this.intervals.now;
  }

  /** Takes the next bytes of the file. @throws TraceError if they cannot be read; do not use it after that */
  push(bytes: Uint8Array): void {
    const { reader, intervals } = this;
    const { generations } = reader;
    reader.push(bytes);
    for (let event = reader.nextDecoded(); event; event = reader.nextDecoded()) intervals.feed(event);
    if (reader.generations === generations) return;
    const reported = new Map<number, number>();
    for (const goroutine of intervals.goroutines()) {
      const open = intervals.open(goroutine);
      if (open.activity === Activity.Running) continue;
      this.report(goroutine.id, open, intervals.now, true);
      reported.set(goroutine.id, intervals.now);
    }
    this.reported = reported;
  }

  private report(
    goid: number,
    stay: Pick<OpenInterval, "activity" | "reason" | "stack" | "begin">,
    to: number,
    isOpen: boolean,
  ): void {
    if (stay.activity === Activity.Running) return;
    const from = Math.max(stay.begin, this.reported.get(goid) ?? 0);
    if (from < to) this.visit({ goid, state: STATES[this.classifier.stateOf(stay)], from, to, isOpen });
    if (!isOpen) this.reported.delete(goid);
  }
}
