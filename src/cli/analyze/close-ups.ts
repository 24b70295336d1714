/** Charts for the page: a second pass over an execution trace, once its findings say which parts to draw in detail. */
import { statSync } from "node:fs";
import { ChartCollector, Intervals, Ranges, WindowCollector } from "../../analyses/index.js";
import { feedAll, PartReader, TraceError, type TraceEvent, TraceReader } from "../../exectrace/index.js";
import { closeUps, type PageInput } from "../../page/data/page.js";
import type { TraceReport } from "../../rules/index.js";
import { withProgress } from "../progress.js";
import { openChunks } from "./read-chunks.js";

/** Adds charts to a report, unless its trace cannot be read a second time (a pipe, standard input). */
export function closeUpsOf(given: TraceReport): PageInput {
  const { path, part } = given;
  // The page's time axis begins where the analyzed part (--from) does.
  const report = part
    ? { ...given, findings: given.findings.map((one) => ({ ...one, time: one.time - part.from })) }
    : given;
  if (path === "-" || !statSync(path, { throwIfNoEntry: false })?.isFile()) return { report };
  const { requests, findings } = closeUps(report);
  const { size, chunks } = openChunks(path);
  return withProgress(`drawing ${path}`, (progress) => {
    const whole = new TraceReader(chunks);
    const reader = part ? new PartReader(whole, () => part) : whole;
    const intervals = new Intervals(reader);
    const ranges = new Ranges();
    const series = new ChartCollector(intervals, ranges);
    const windows = new WindowCollector(intervals, ranges, requests);
    const feed = (event: TraceEvent) => {
      series.feed(event);
      intervals.feed(event);
      ranges.feed(event);
    };
    try {
      feedAll(reader, { feed }, (bytes) => progress(bytes, size));
    } catch (error) {
      // The first pass has reported the damage.
      if (!(error instanceof TraceError)) throw error;
    }
    ranges.finish();
    intervals.finish();
    return { report, charts: series.result(windows.result()), windowFindings: findings };
  });
}
