/** Execution traces before and after a change. */

import {
  diffMeasures,
  diffTraces,
  exceeding,
  type ItemKind,
  itemKinds,
  Summarizer,
  type TraceSummary,
} from "../analyses/index.js";
import { UserError } from "../base/errors.js";
import { notJudged, RUNS_NEEDED } from "../base/evidence.js";
import { measureFor } from "../render/style.js";
import { diffTable } from "../render/trace-diff.js";
import { typedJson } from "../render/typed-json.js";
import type { ParsedFlags } from "./flags.js";
import { selectFlags } from "./options.js";
import { openOutput } from "./output.js";
import { say } from "./say.js";
import { readTrace, warningOf } from "./traces.js";
import { badValue, choice, duration, number, parseShare, pattern, refuse } from "./values.js";

const CALL_FLAGS = ["by-path", "full-names", ...selectFlags.map(({ name }) => name)];

/** Compares the runs of two sides. @returns the exit code */
export async function diffExecutionTraces(
  flags: ParsedFlags,
  a: readonly string[],
  b: readonly string[],
): Promise<number> {
  refuse(flags, CALL_FLAGS, "execution traces");
  const format = choice(flags, "format", ["table", "json"]);
  const options = {
    measure: choice(flags, "by", [diffMeasures[0], ...diffMeasures.slice(1)]),
    min: duration(flags, "min", 1e6),
    kinds: kindsOf(flags),
    match: pattern(flags, "match"),
  };
  const top = number(flags, "top", 20, 1);
  const limit = failOn(flags.string("fail-on"));
  const output = openOutput(flags.string("o"), process.cwd(), false);
  const diff = diffTraces(a.map(summarize), b.map(summarize), options);
  const failed = limit === undefined ? [] : exceeding(diff, limit);
  const unjudged = limit === undefined || diff.tested ? undefined : notJudged([flags.string("fail-on")!], diff.runs);
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

/** @throws UserError for a word that is no kind */
function kindsOf(flags: ParsedFlags): ItemKind[] | undefined {
  const words = flags.list("kind");
  const bad = words.find((word) => !itemKinds.some((kind) => kind === word));
  if (bad !== undefined) throw badValue("kind", bad, itemKinds.join(", "));
  return words.length === 0 ? undefined : itemKinds.filter((kind) => words.includes(kind));
}

function failOn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const share = parseShare(text);
  if (share === undefined) throw badValue("fail-on", text, "a share such as 10%");
  return share;
}
