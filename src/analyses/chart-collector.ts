/** Collects what the page of a trace draws. Finding where to look closely takes a first pass, this is the second. */
import type { TraceEvent, TraceReader } from "../exectrace/index.js";
import type { TraceCharts, WindowRequest } from "./charts.js";
import { Curves } from "./curves.js";
import { Intervals } from "./intervals.js";
import { Ranges } from "./ranges.js";
import { Windows } from "./windows.js";

/** Feed every event of a reader, then `finish`. Memory does not grow with the trace. */
export class ChartCollector {
  private readonly intervals: Intervals;
  private readonly ranges = new Ranges();
  private readonly curves: Curves;
  private readonly windows: Windows;

  constructor(reader: TraceReader, requests: readonly WindowRequest[]) {
    this.intervals = new Intervals(reader);
    this.curves = new Curves(this.intervals, this.ranges);
    this.windows = new Windows(requests, this.intervals, this.ranges);
  }

  feed(e: TraceEvent): void {
    this.curves.feed(e);
    this.intervals.feed(e);
    this.ranges.feed(e);
  }

  finish(): TraceCharts {
    this.ranges.finish();
    this.intervals.finish();
    return { ...this.curves.result(), windows: this.windows.result() };
  }
}
