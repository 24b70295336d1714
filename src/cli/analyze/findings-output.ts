/** The output of `gotrace analyze`: findings in any of its formats, to standard output or into files. */

import { ExitCode, UserError } from "../../base/errors.js";
import { renderGithub } from "../../export/ci/findings-github.js";
import { renderJunit } from "../../export/ci/findings-junit.js";
import { renderMarkdown } from "../../export/ci/findings-markdown.js";
import { MAX_RESULTS, renderSarif } from "../../export/ci/findings-sarif.js";
import { renderPage } from "../../page/data/page.js";
import { findingsJson, findingsNdjson } from "../../render/findings/json.js";
import { findingsTable } from "../../render/findings/table.js";
import { measureFor } from "../../render/style.js";
import type { TraceReport } from "../../rules/index.js";
import { type Output, openOutput } from "../output.js";
import { pageTemplate } from "../report/calls-page.js";
import { say } from "../say.js";
import { packageVersion } from "../version.js";
import { closeUpsOf } from "./close-ups.js";
import { fallbackFile, locator, repositoryRoot } from "./places.js";

/** The formats of `--format` and `--also`, the default first. */
export const findingFormats = ["table", "json", "ndjson", "html", "sarif", "junit", "github", "markdown"] as const;
type FindingFormat = (typeof findingFormats)[number];

/** One output: a format and where it goes. */
export interface FindingSink {
  readonly format: FindingFormat;
  /** Like the value of `-o`: undefined or `-` is standard output. */
  readonly file: string | undefined;
  /** The flag that named the file. */
  readonly flag: string;
}

/** Parses a value of `--also`: FORMAT=FILE. @throws UserError for an invalid value */
export function parseSink(text: string): FindingSink {
  const [, name, file] = /^([^=]*)=(.+)$/s.exec(text) ?? [];
  const format = findingFormats.find((known) => known === name);
  if (format !== undefined && file !== undefined) return { format, file, flag: "--also" };
  const advice = `use FORMAT=FILE with one of ${findingFormats.join(", ")}`;
  throw new UserError(`--also: ${JSON.stringify(text)} is not valid`, advice, ExitCode.usage);
}

/**
 * Writes the reports to every sink.
 * @param cwd files are relative to it, and findings are placed in the repository around it
 * @throws UserError when a file cannot be written
 */
export async function writeFindings(
  reports: readonly TraceReport[],
  sinks: readonly FindingSink[],
  cwd: string,
): Promise<void> {
  for (const { format, file, flag } of sinks) {
    const output = openOutput(file, cwd, false, flag);
    await output.write(await render(format, reports, output, cwd));
  }
}

async function render(
  format: FindingFormat,
  reports: readonly TraceReport[],
  output: Output,
  cwd: string,
): Promise<Iterable<string>> {
  const root = repositoryRoot(cwd);
  const locate = locator(root, cwd);
  const version = packageVersion();
  switch (format) {
    case "table": {
      const names = reports.flatMap((report) => report.findings.map((finding) => finding.message));
      return findingsTable(reports, { ...output, widthOf: await measureFor(names) });
    }
    case "json":
      return findingsJson(reports);
    case "ndjson":
      return findingsNdjson(reports);
    case "html":
      return renderPage(pageTemplate(), reports.map(closeUpsOf), { version, locate });
    case "sarif": {
      const count = reports.reduce((sum, report) => sum + report.findings.length, 0);
      if (count > MAX_RESULTS) {
        say(`only the worst ${MAX_RESULTS} of ${count} findings are in the SARIF file`);
      }
      return renderSarif(reports, { version, locate, fallback: fallbackFile(cwd, root) });
    }
    case "junit":
      return renderJunit(reports, { locate });
    case "github":
      return renderGithub(reports, { locate });
    case "markdown":
      return [renderMarkdown(reports, { locate })];
  }
}
