/** From trace files to a report in one of the formats. */

import { basename } from "node:path";
import { ExitCode, UserError } from "../base/errors.js";
import { formatNumberOf } from "../base/units.js";
import { type ByteSource, HEADER_SIZE, type Note, readBytes, readHeader } from "../calltrace/index.js";
import { buildForest, type CallForest, type ProcessTree } from "../calltree/index.js";
import { type Measure, measureFor, renderFolded, renderJson, renderTree } from "../render/index.js";
import { type OpenFile, openFile, traceFiles } from "./files.js";
import type { Section } from "./findings.js";
import type { ParsedFlags } from "./flags.js";
import { foldedUnit, treeOptions } from "./options.js";
import { type Output, openOutput } from "./output.js";
import { withProgress } from "./progress.js";
import type { RunNote } from "./record.js";
import type { Session } from "./session.js";

/** Formats of a report. */
export type ReportFormat = "tree" | "folded" | "json";

/** How to report. */
export interface ReportRequest {
  readonly format: ReportFormat;
  /** Standard output belongs to something else. */
  readonly toStderr: boolean;
}

/**
 * Renders saved traces.
 * @param paths files or directories of files
 * @returns whether a part of a trace could not be read (what could be is in the report)
 * @throws UserError when there is no trace, or one that cannot be read
 */
export async function reportTraces(
  session: Session,
  flags: ParsedFlags,
  paths: readonly string[],
  request: ReportRequest,
): Promise<boolean> {
  const files = traceFiles(paths).map(openFile);
  try {
    if (!files.some(hasBegun)) {
      throw new UserError(`no trace in ${paths.join(", ")}`, "name a file that --save wrote", ExitCode.noInput);
    }
    for (const { path, source } of files.filter(hasBegun)) assertTrace(path, source);
    return await reportOpenTraces(session, flags, files, request);
  } finally {
    for (const file of files) file.close();
  }
}

/**
 * Renders traces that are open.
 * @param sections what follows the report
 * @returns whether a part of a trace could not be read
 */
export async function reportOpenTraces(
  session: Session,
  flags: ParsedFlags,
  opened: readonly OpenFile[],
  request: ReportRequest,
  sections: readonly Section[] = [],
): Promise<boolean> {
  const files = opened.filter(hasBegun);
  for (const { path, source } of files) session.log(`trace ${path}, ${source.size} bytes`);
  if (files.length === 0) {
    session.warn(
      "no call was recorded: no traced function ran, or the process could not write its trace (see -v for what is traced)",
    );
    if (request.format === "tree" && sections.length === 0) return false;
  }
  const output = openOutput(flags.string("o"), session.cwd, request.toStderr);
  const options = treeOptions(flags);
  const sources = files.map((file) => file.source);
  const limits = { noMerge: !options.merge, minimum: options.merge ? 0 : options.min };
  const forest =
    files.length === 0
      ? { functions: [], processes: [] }
      : withProgress("reading the trace", (progress) => buildForest(sources, { ...limits, progress }));
  const measure = await measureFor(forest.functions.map(({ name }) => name));
  const following = await Promise.all(sections.map((section) => section(output)));
  const report =
    files.length === 0 && request.format === "tree" ? [] : render(forest, flags, request.format, output, measure);
  await output.write(chain([report, ...following]));
  const problems = [
    ...(forest.problem ? [forest.problem] : []),
    ...forest.processes.flatMap(({ problem, source }) => (problem ? [{ ...problem, source }] : [])),
  ];
  for (const { source, offset, message } of problems) {
    session.warn(`${files[source]?.path}: damaged at offset ${offset}: ${message}; what could be read was used`);
  }
  return problems.length > 0;
}

function* chain(parts: readonly Iterable<string>[]): Generator<string> {
  for (const part of parts) yield* part;
}

/** @throws UserError that names the file when it is no trace */
function assertTrace(path: string, source: ByteSource): void {
  try {
    readHeader(readBytes(source, 0, HEADER_SIZE), 0);
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${path}: ${error.message}`, error.advice, error.code);
    throw error;
  }
}

/** A process that was killed while it made its trace leaves nothing, or zeros. */
function hasBegun({ source }: OpenFile): boolean {
  const start = new Uint8Array(8);
  return source.read(0, start) > 0 && start.some((byte) => byte !== 0);
}

function render(
  forest: CallForest,
  flags: ParsedFlags,
  format: ReportFormat,
  output: Output,
  measure: Measure,
): Iterable<string> {
  const tree = treeOptions(flags);
  const filter = { depth: tree.depth, minimum: tree.min, minimumPercent: tree.minPercent, sort: tree.sort };
  const tests = forest.processes.some((process) => isTestBinary(process.info.executable));
  const note = runNote(forest);
  const title = (process: ProcessTree) =>
    note?.titles[process.info.directory] ?? basename(process.info.executable).replace(/\.exe$/, "");
  switch (format) {
    case "folded":
      return renderFolded(forest, { unit: foldedUnit(flags) });
    case "json":
      return renderJson(forest, { ...filter, tests });
    default:
      return renderTree(forest, {
        ...filter,
        tests,
        colour: output.colour,
        measure,
        ...(output.width === undefined ? {} : { width: output.width }),
        ...(tests ? { title } : {}),
        remarks: (process) => (note && process === forest.processes[0] ? untraced(note) : []),
      });
  }
}

function isTestBinary(executable: string): boolean {
  return /\.test(\.exe)?$/.test(executable);
}

/** What gotrace noted of the run when it recorded it. */
function runNote(forest: CallForest): RunNote | undefined {
  const notes = forest.processes.flatMap((process) => process.notes) as (Note & { run?: RunNote })[];
  return notes.find((note) => note.run !== undefined)?.run;
}

function untraced({ summary }: RunNote): string[] {
  return summary.leftOut.map(({ what, count, reason }) => `not traced: ${formatNumberOf(count, what)}: ${reason}`);
}
