/** What the page draws of a trace: a second pass over the file, once it is known where to look closely. */
import { closeUps, type PageInput } from "../render/page.js";
import type { TraceReport } from "../rules/index.js";

/** A report with its charts; without them where the trace cannot be read a second time (standard input). */
export function closeUpsOf(report: TraceReport): PageInput {
  closeUps(report);
  return { report };
}
