/** Formats that show call paths (tree, folded stacks, JSON, the page), and the context that all formats get. */

import { basename } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { formatBytes, formatNumberOf } from "../../base/units.js";
import type { Note } from "../../calltrace/index.js";
import { type CallForest, type ProcessTree, processTitle, type Recording } from "../../calltree/index.js";
import { filterNotices, overall } from "../../render/notices.js";
import { measureFor } from "../../render/style.js";
import type { TreeTextOptions } from "../../render/tree/tree.js";
import type { Pieces } from "../output.js";
import type { RunNote } from "../run/run-directory.js";
import type { FormatContext } from "./format.js";
import { leftOutOfTrees } from "./left-out.js";

/**
 * Makes the context of a report from the recording and its notes.
 * @param about lines about the recording
 */
export function contextOf(
  recording: Recording,
  about: readonly string[],
  given: Pick<FormatContext, "session" | "options" | "output" | "execTraces" | "callCommand">,
): FormatContext {
  const { forest } = recording;
  const note = runNote(forest);
  const title = (process: ProcessTree) => note?.titles[process.info.directory] ?? processTitle(process);
  const remarks = [...about, ...(note ? untraced(note) : [])];
  return {
    ...given,
    remarks,
    notices: [
      ...overall(forest, title),
      ...filterNotices(recording),
      ...remarks.map((text) => ({ text, serious: false })),
    ],
    note,
    tests: forest.processes.some(({ info }) => /\.test(\.exe)?$/.test(info.executable)),
    title,
    naming: given.options.namingOf(forest.functions.map(({ name }) => name)),
  };
}

/** Default limit for the lines of a tree: a screen or two. */
const LINES = 80;

/** The format `tree`. */
export async function tree(
  recording: Recording,
  { options, output, note, remarks, tests, title, naming }: FormatContext,
): Promise<Pieces> {
  const { renderTree } = await import("../../render/tree/tree.js");
  const { forest } = recording;
  return renderTree(forest, {
    ...options.tree,
    ...(options.asksForLines ? {} : { lines: LINES }),
    inPlace: options.all,
    tests,
    failed: (process) => new Set(note?.failed?.[title(process)]),
    naming,
    colour: output.colour,
    measure: await measureFor(forest.functions.map(({ name }) => name)),
    ...(output.width === undefined ? {} : { width: output.width }),
    ...(tests ? { title } : {}),
    ...(await explaining(recording)),
    remarks: (process) =>
      process === forest.processes[0] ? [...filterNotices(recording).map(({ text }) => text), ...remarks] : [],
  });
}

/** Of the only call that is selected: why it took so long. */
async function explaining(recording: Recording): Promise<Pick<TreeTextOptions, "below">> {
  const { family } = recording;
  if (family === undefined) return {};
  const { explainedCalls, explanation } = await import("./explain-calls.js");
  const [explained] = explainedCalls(recording, [family]);
  if (explained === undefined) return {};
  const below: TreeTextOptions["below"] = (process, style) =>
    process === recording.forest.processes[family.id.process] ? explanation(recording, explained, style) : [];
  return { below };
}

/** From this size on, in bytes, gotrace announces the size of a report before writing it. */
const LARGE = 64 << 20;

function warnOfSize({ session, options }: FormatContext, bytes: number, what: string): void {
  if (bytes < LARGE) return;
  const less = options.asksForLines ? "" : "; --min, --depth, --top or --focus reduce it";
  session.warn(`writing about ${formatBytes(bytes)}: ${what}${less}`);
}

/** The format `folded`. */
export async function folded(recording: Recording, context: FormatContext): Promise<Pieces> {
  const { foldedSize, renderFolded } = await import("../../export/folded.js");
  const { options, notices } = context;
  refuseCalls(options);
  const { bytes, lines } = foldedSize(recording.forest, options.tree);
  warnOfSize(context, bytes, formatNumberOf(lines, "call path"));
  notices.push(...leftOutOfTrees(recording, options.tree));
  return renderFolded(recording.forest, { ...options.tree, unit: options.unit });
}

/** @throws UserError when the weight is to be the time in a state, and the number of calls */
function refuseCalls({ unit, by }: FormatContext["options"]): void {
  if (unit !== "calls" || by === undefined) return;
  throw new UserError("--by and --unit calls cannot be combined", "calls have no states: choose one", ExitCode.usage);
}

/** The format `json`. */
export async function json(recording: Recording, context: FormatContext): Promise<Pieces> {
  const { jsonSize, renderJson } = await import("../../render/tree/json.js");
  const { options, tests, notices } = context;
  const { bytes, nodes } = jsonSize(recording.forest, options.tree);
  warnOfSize(context, bytes, formatNumberOf(nodes, "call path"));
  notices.push(...leftOutOfTrees(recording, options.tree, tests));
  return renderJson(recording.forest, { ...options.tree, tests });
}

/** The format `html`. */
export async function html(recording: Recording, context: FormatContext): Promise<Pieces> {
  return htmlPage(recording, context, "page.html");
}

/** Renders the page with one of its templates. @returns the HTML in pieces */
export async function htmlPage(
  recording: Recording,
  context: FormatContext,
  template: "page.html" | "page-served.html",
): Promise<Iterable<string>> {
  const { callsPage, pageTemplate } = await import("./calls-page.js");
  return callsPage(recording, context, pageTemplate(template));
}

/** The note about the run that gotrace added to the trace. */
function runNote(forest: CallForest): RunNote | undefined {
  const notes = forest.processes.flatMap((process) => process.notes) as (Note & { run?: RunNote })[];
  return notes.find((note) => note.run !== undefined)?.run;
}

/** Lines that say what was not traced and why. */
function untraced({ summary }: RunNote): string[] {
  return summary.leftOut.map(({ what, count, reason, examples }) => {
    // One example shows where to look; generated files are many and need none.
    const example = what === "function" || reason === "generated" ? undefined : examples[0];
    const where =
      example === undefined ? "" : ` (${what === "file" ? basename(example) : example}${count > 1 ? ", …" : ""})`;
    return `not traced: ${formatNumberOf(count, what)}: ${reason}${where}`;
  });
}
