/** What `gotrace stats` and `gotrace calls` share. */

import { type CallVisitor, combineVisitors, type Recording } from "../../calltree/index.js";
import { withProgress } from "../progress.js";
import type { FormatContext } from "./format.js";

/** Lets visitors see all calls in one walk. */
export function walk(recording: Recording, ...visitors: readonly CallVisitor[]): void {
  withProgress("reading the calls", (progress) => recording.visit(combineVisitors(visitors), progress));
}

/** How complete a view of numbers is: single calls know no limits of trees, and what tracing took has a line of its own. */
export function completeness({ notices }: FormatContext): string[] {
  return notices.filter(({ about }) => about === undefined).map(({ text }) => text);
}
