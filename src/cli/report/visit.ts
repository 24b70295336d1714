/** Helpers of `gotrace stats`, `calls` and `diff`: walking all calls, and the notices for views of numbers. */

import { type CallVisitor, combineVisitors, type Recording } from "../../calltree/index.js";
import { withProgress } from "../progress.js";
import type { FormatContext } from "./format.js";

/** Shows all calls to several visitors in a single walk, with progress. */
export function walk(recording: Recording, ...visitors: readonly CallVisitor[]): void {
  withProgress("reading the calls", (progress) => recording.visit(combineVisitors(visitors), progress));
}

/** The notices for a view of numbers: without those about limits of trees or the cost of tracing, which it shows itself. */
export function completeness({ notices }: FormatContext): string[] {
  return notices.filter(({ about }) => about === undefined).map(({ text }) => text);
}
