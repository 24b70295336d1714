/** What a build traces and what it does not, counted by reason: for `-v` and for the note in the trace. */

import { formatNumberOf } from "../base/units.js";
import type { Withdrawn } from "../gotool/build.js";
import type { BuildContext } from "./context.js";
import type { FileReport } from "./rewrite-cache.js";

/** Everything left out for one reason. */
interface Omission {
  readonly reason: string;
  readonly count: number;
  /** What is counted: functions, or whole files or packages. */
  readonly what: "function" | "file" | "package";
  /** Up to five of them, as `file:line name` or a path. */
  readonly examples: readonly string[];
}

/** A package that the user asked to trace but that cannot be traced. */
export interface LeftPackage {
  readonly importPath: string;
  readonly reason: string;
}

/** A package that the user asked to build. */
export interface BuiltPackage {
  readonly importPath: string;
  readonly name: string;
}

/** What an instrumented build traces, and what it leaves out. */
export interface BuildSummary {
  readonly functions: number;
  readonly goStatements: number;
  readonly files: number;
  readonly leftOut: readonly Omission[];
  /** Functions that the grammar could not read, and comments that are ignored: `file:line: name is not traced: reason`. */
  readonly gaps: readonly string[];
}

const exampleLimit = 5;

/**
 * Counts what a build traces.
 * @param files reports by file
 * @param left files whose rewritten form did not compile
 * @param packages packages that the user asked for and that are not traced
 */
export function summarize(
  files: ReadonlyMap<string, FileReport>,
  left: readonly Withdrawn[],
  packages: readonly LeftPackage[] = [],
): BuildSummary {
  const groups = new Map<string, { reason: string; count: number; what: Omission["what"]; examples: string[] }>();
  const gaps: string[] = [];
  const leaveOut = (what: Omission["what"], reason: string, example: string) => {
    const key = `${what}\0${reason}`;
    const group = groups.get(key) ?? { reason, count: 0, what, examples: [] };
    group.count++;
    if (group.examples.length < exampleLimit) group.examples.push(example);
    groups.set(key, group);
  };
  const withdrawn = new Map(left.map((entry) => [entry.file, entry.reason]));
  const total = { functions: 0, goStatements: 0, files: 0 };
  for (const [file, report] of files) {
    const reason = withdrawn.get(file);
    if (reason !== undefined) leaveOut("file", `its instrumented form does not compile (${reason})`, file);
    else if (report.fileReason) leaveOut("file", report.fileReason, file);
    else {
      total.functions += report.functions;
      total.goStatements += report.spawns;
      total.files++;
      for (const skip of report.skipped) leaveOut("function", skip.reason, `${file}:${skip.line} ${skip.name}`);
      for (const gap of report.grammarGaps) {
        leaveOut("function", gap.reason, `${file}:${gap.line} ${gap.name}`);
        gaps.push(`${file}:${gap.line}: ${gap.name} is not traced: ${gap.reason}`);
      }
      for (const { line, name, reason } of report.misplaced)
        gaps.push(`${file}:${line}: ${name} is ignored: ${reason}`);
    }
  }
  for (const { importPath, reason } of packages) leaveOut("package", reason, importPath);
  return { ...total, leftOut: [...groups.values()].sort((a, b) => b.count - a.count), gaps };
}

/** Logs a summary (shown with `-v`), and warns of functions that the grammar could not read, and of ignored comments. */
export function describeBuild(context: Pick<BuildContext, "log" | "warn">, summary: BuildSummary): void {
  context.log(
    `traced: ${formatNumberOf(summary.functions, "function")} and ${formatNumberOf(summary.goStatements, "go statement")} in ${formatNumberOf(summary.files, "file")}`,
  );
  for (const { what, count, reason, examples } of summary.leftOut) {
    context.log(`not traced: ${formatNumberOf(count, what)}: ${reason}`);
    for (const example of examples) context.log(`  ${example}`);
  }
  for (const gap of summary.gaps) context.warn(gap);
}
