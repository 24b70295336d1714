/** `gotrace diff` for execution traces. */

import { diffTraces, exceeding, Summarizer, type TraceSummary } from "../../analyses/index.js";
import { UserError } from "../../base/errors.js";
import { notJudged, RUNS_NEEDED } from "../../base/evidence.js";
import { measureFor } from "../../render/style.js";
import { diffTable } from "../../render/trace/diff.js";
import { typedJson } from "../../render/typed-json.js";
import type { ExecutionDiffOptions } from "../options.js";
import { openOutput } from "../output.js";
import { say } from "../say.js";
import { readTrace, warningOf } from "./read-exec-trace.js";

/**
 * Compares the execution traces of two sides and writes the result as a table or JSON.
 * @param a paths of the traces before the change
 * @param b paths of the traces after it
 * @returns the exit code: 1 when `--fail-on` is exceeded, else 0
 * @throws UserError when a trace cannot be read or the output cannot be written
 */
export async function diffExecutionTraces(
  options: ExecutionDiffOptions,
  a: readonly string[],
  b: readonly string[],
): Promise<number> {
  const { format, top, limit } = options;
  const output = openOutput(options.output, process.cwd(), false);
  const diff = diffTraces(a.map(summarize), b.map(summarize), options);
  const failed = limit === undefined ? [] : exceeding(diff, limit.share);
  const unjudged = limit === undefined || diff.tested ? undefined : notJudged([limit.text], diff.runs);
  if (unjudged !== undefined) say(unjudged);
  if (format === "json") {
    const more = { runsNeeded: RUNS_NEEDED, notJudged: unjudged ?? null, exceeded: failed };
    await output.write([typedJson({ a, b, ...diff, ...more })]);
  } else {
    const widthOf = await measureFor(diff.changes.map((change) => change.name));
    await output.write(diffTable(diff, failed, { ...output, widthOf, top }));
  }
  return failed.length > 0 ? 1 : 0;
}

function summarize(path: string): TraceSummary {
  try {
    const { sink, reader } = readTrace(path, (trace) => new Summarizer(trace));
    const warning = warningOf(reader);
    if (warning) say(`${path}: ${warning}`);
    return sink.finish(0);
  } catch (error) {
    if (!(error instanceof UserError) || error.message.includes(path)) throw error;
    throw new UserError(`${path}: ${error.message}`, error.advice, error.code);
  }
}
