/** Helpers of `gotrace stats`, `calls` and `diff`: walking all calls, and the notices for views of numbers. */

import { type CallVisitor, combineVisitors, type Recording } from "../../calltree/index.js";
import { withProgress } from "../progress.js";
import type { FormatContext } from "./format.js";

/** Shows all calls to several visitors in a single walk, with progress. */
export function walk(recording: Recording, ...visitors: readonly CallVisitor[]): void {
  withProgress("reading the calls", (progress) => recording.visit(combineVisitors(visitors), progress));
}

/** Shows the calls of processes to several visitors, in the same way. @param skips the other processes */
export function walkSome(recording: Recording, skips: ReadonlySet<number>, visitors: readonly CallVisitor[]): void {
  if (skips.size === recording.forest.processes.length) return;
  const visitor = combineVisitors(visitors);
  withProgress("reading the calls", (progress) => recording.visit(visitor, progress, undefined, skips));
}

/** The notices for a view of numbers: without those about limits of trees or the cost of tracing, which it shows itself. */
export function completeness({ notices }: FormatContext): string[] {
  return notices.filter(({ about }) => about === undefined).map(({ text }) => text);
}
