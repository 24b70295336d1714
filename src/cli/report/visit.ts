/** What `gotrace stats` and `gotrace calls` share. */

import type { CallVisitor, Recording } from "../../calltree/index.js";
import { withProgress } from "../progress.js";
import type { FormatContext } from "./format.js";

/** Lets visitors see all calls in one walk. */
export function walk(recording: Recording, ...visitors: readonly CallVisitor[]): void {
  const visitor = visitors.length === 1 ? visitors[0] : together(visitors);
  withProgress("reading the calls", (progress) => {
    for (const _ of recording.walk(visitor, progress));
  });
}

function together(visitors: readonly CallVisitor[]): CallVisitor {
  return {
    begin: (...what) => {
      for (const visitor of visitors) visitor.begin?.(...what);
    },
    enter: (...what) => {
      for (const visitor of visitors) visitor.enter?.(...what);
    },
    exit: (...what) => {
      for (const visitor of visitors) visitor.exit?.(...what);
    },
  };
}

/** How complete a view of numbers is: single calls know no limits of trees, and what tracing took has a line of its own. */
export function completeness({ notices: statements }: FormatContext): string[] {
  return statements.filter(({ about }) => about === undefined).map(({ text }) => text);
}
