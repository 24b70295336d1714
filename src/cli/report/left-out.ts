/** Counts the calls that `--min`, `--depth` and `--top` leave out of a report, for formats that cannot show that. */
import { formatNumberOf } from "../../base/units.js";
import { type FilterOptions, type LeftOut, type Recording, testSections, wholeSection } from "../../calltree/index.js";
import type { Document } from "../../export/pieces.js";
import { flagsOf, type Notice } from "../../render/notices.js";
import type { FormatContext } from "./format.js";

/** For formats that show call paths: the hidden calls, and those pruned while an unmerged tree was built. */
export function leftOutOfTrees({ forest }: Recording, options: FilterOptions, tests = false): Notice[] {
  let calls = 0;
  for (const { tree, total, pruned } of forest.processes) {
    const sections = tests
      ? testSections(tree, forest.functions, total, options)
      : [wholeSection(tree, total, options)];
    calls += sections.reduce((sum, { view }) => sum + view.hidden.calls, pruned);
  }
  return calls > 0
    ? [{ text: `left out by ${flagsOf(options)}: ${formatNumberOf(calls, "call")}`, serious: true }]
    : [];
}

/** For formats that show single calls. @param leftOut what the walk returned */
export function leftOutOfWalk(leftOut: LeftOut, { select }: Recording): Notice[] {
  const { minimum = 0, depth, top } = select;
  return [
    { calls: leftOut.minimum, flags: flagsOf({ minimum }) },
    { calls: leftOut.unseen, flags: flagsOf({ depth, top }) },
  ].flatMap(({ calls, flags }) =>
    calls > 0 ? [{ text: `left out by ${flags}: ${formatNumberOf(calls, "call")}`, serious: true }] : [],
  );
}

/** Passes on the pieces of a document; at its end, adds to the notices how many calls were left out. */
export function* counted(pieces: Document, recording: Recording, { notices }: FormatContext) {
  for (const notice of leftOutOfWalk(yield* pieces, recording)) {
    if (!notices.some(({ text }) => text === notice.text)) notices.push(notice);
  }
}
