/** Counts the calls that `--min`, `--depth` and `--top` leave out of a report, for formats that cannot show that. */
import { formatNumberOf } from "../../base/units.js";
import {
  type HiddenCalls,
  type Recording,
  testSections,
  type ViewOptions,
  wholeSection,
} from "../../calltree/index.js";
import type { Document } from "../../export/pieces.js";
import { flagsOf, type Notice } from "../../render/notices.js";
import type { FormatContext } from "./format.js";

/** For formats that show call paths: the hidden calls, and those pruned while an unmerged tree was built. */
export function leftOutOfTrees({ forest }: Recording, options: ViewOptions, tests = false): Notice[] {
  let calls = forest.processes.reduce((sum, { pruned }) => sum + pruned, 0);
  for (const { tree, total } of flagsOf(options) === "" ? [] : forest.processes) {
    const sections = tests
      ? testSections(tree, forest.functions, total, options)
      : [wholeSection(tree, total, options)];
    calls += sections.reduce((sum, { view }) => sum + view.hidden.calls, 0);
  }
  return calls > 0
    ? [{ text: `left out by ${flagsOf(options)}: ${formatNumberOf(calls, "call")}`, serious: true }]
    : [];
}

/** For formats that show single calls. @param hidden what the walk returned */
export function leftOutOfWalk(hidden: HiddenCalls, { select }: Recording): Notice[] {
  const { minimum = 0, depth, top } = select;
  return [
    { calls: hidden.minimum, flags: flagsOf({ minimum }) },
    { calls: hidden.paths, flags: flagsOf({ depth, top }) },
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
