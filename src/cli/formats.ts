/** The formats of reports on calls, each loaded only when it is asked for. */

import { basename } from "node:path";
import { formatNumberOf } from "../base/units.js";
import type { Note } from "../calltrace/index.js";
import type { CallForest, FilterOptions, ProcessTree, Recording } from "../calltree/index.js";
import { omissions, type Statement, statements } from "../render/footer.js";
import { measureFor } from "../render/style.js";
import type { ParsedFlags } from "./flags.js";
import { choice, foldedUnit, treeOptions } from "./options.js";
import type { Output, Pieces } from "./output.js";
import type { RunNote } from "./record.js";

/** What a format may ask for beyond the recording. */
export interface FormatContext {
  readonly flags: ParsedFlags;
  readonly output: Output;
  /** How processes are called: test binaries by their package. */
  readonly title: (process: ProcessTree) => string;
  /** Whether there is a test binary among the processes. */
  readonly tests: boolean;
  /** What gotrace noted of the run. */
  readonly note: RunNote | undefined;
  /** How complete the report is, a line each: for formats that have a place for it. A format adds what it leaves out. */
  readonly statements: Statement[];
}

export interface Format {
  readonly name: string;
  /** No text: nothing for a terminal. */
  readonly binary?: boolean;
  /** Says itself, in what it writes, how complete it is; for the others standard error does. */
  readonly complete?: boolean;
  /** Shows unmerged trees (--no-merge); nothing can be walked then. */
  readonly unmerged?: boolean;
  /** The report in pieces. */
  readonly render: (recording: Recording, context: FormatContext) => Promise<Pieces>;
}

export const formats: readonly Format[] = [
  { name: "tree", complete: true, unmerged: true, render: tree },
  { name: "folded", render: folded },
  { name: "json", unmerged: true, render: json },
  { name: "speedscope", render: async (...args) => (await import("./timelines.js")).speedscope(...args) },
  { name: "chrome", render: async (...args) => (await import("./timelines.js")).chrome(...args) },
  { name: "perfetto", binary: true, render: async (...args) => (await import("./timelines.js")).perfetto(...args) },
];

/** Names of the formats, the default first. */
export const formatNames = formats.map(({ name }) => name) as [string, ...string[]];

/** The format that `--format` names. @throws UserError when there is none of that name */
export function formatOf(flags: ParsedFlags): Format {
  return namedFormat(choice(flags, "format", formatNames));
}

/** A format by its name. */
export function namedFormat(name: string): Format {
  return formats.find((format) => format.name === name)!;
}

/** The context of a report. */
export function contextOf(recording: Recording, flags: ParsedFlags, output: Output): FormatContext {
  const { forest } = recording;
  const note = runNote(forest);
  const said = (lines: readonly string[]) => lines.map((text) => ({ text, serious: false }));
  return {
    statements: [
      ...forest.processes.flatMap((process) => statements(process)),
      ...omissions(recording),
      ...said(note ? untraced(note) : []),
    ],
    flags,
    output,
    note,
    tests: forest.processes.some(({ info }) => /\.test(\.exe)?$/.test(info.executable)),
    title: ({ info }) => note?.titles[info.directory] ?? basename(info.executable).replace(/\.exe$/, ""),
  };
}

function filter(flags: ParsedFlags): FilterOptions {
  const { depth, min, minPercent, sort, top } = treeOptions(flags);
  return { depth, minimum: min, minimumPercent: minPercent, sort, top };
}

async function tree(recording: Recording, { flags, output, note, tests, title }: FormatContext): Promise<Pieces> {
  const { renderTree } = await import("../render/tree.js");
  const { forest } = recording;
  return renderTree(forest, {
    ...filter(flags),
    tests,
    colour: output.colour,
    measure: await measureFor(forest.functions.map(({ name }) => name)),
    ...(output.width === undefined ? {} : { width: output.width }),
    ...(tests ? { title } : {}),
    remarks: (process) =>
      process === forest.processes[0]
        ? [...omissions(recording).map(({ text }) => text), ...(note ? untraced(note) : [])]
        : [],
  });
}

async function folded({ forest }: Recording, { flags }: FormatContext): Promise<Pieces> {
  const { renderFolded } = await import("../render/folded.js");
  return renderFolded(forest, { ...filter(flags), unit: foldedUnit(flags) });
}

async function json({ forest }: Recording, { flags, tests }: FormatContext): Promise<Pieces> {
  const { renderJson } = await import("../render/json.js");
  return renderJson(forest, { ...filter(flags), tests });
}

/** What gotrace noted of the run when it recorded it. */
function runNote(forest: CallForest): RunNote | undefined {
  const notes = forest.processes.flatMap((process) => process.notes) as (Note & { run?: RunNote })[];
  return notes.find((note) => note.run !== undefined)?.run;
}

/** What was not traced and why, a line each. */
function untraced({ summary }: RunNote): string[] {
  return summary.leftOut.map(({ what, count, reason }) => `not traced: ${formatNumberOf(count, what)}: ${reason}`);
}
