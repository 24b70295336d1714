/** Turns the flags of `gotrace diff` into options for call traces. */

import { ExitCode, UserError } from "../../base/errors.js";
import { callMeasures } from "../../callstats/index.js";
import { type CallDiffOptions, checkFormats, type Limit } from "../options.js";
import type { ParsedFlags } from "./parse.js";
import { reportOptions } from "./report.js";
import { choice, duration, number, parseShare, pattern, refuse } from "./values.js";

/** The options for call traces. @throws UserError for an invalid value, or a flag that only execution traces have */
export function callDiffOptions(flags: ParsedFlags): CallDiffOptions {
  refuse(flags, ["kind"], "call traces");
  const format = choice(flags, "format", ["table", "json", ...checkFormats]);
  const limits = flags.list("fail-on").map(
    (text): Limit<number | "calls"> => ({
      text,
      share: text === "calls" ? text : parseShare("fail-on", text, ", or the word calls"),
    }),
  );
  if (limits.length === 0 && !["table", "json"].includes(format)) {
    throw new UserError(
      `--format ${format} shows what exceeds --fail-on, and no threshold is given`,
      "give --fail-on calls, or --fail-on 10%",
      ExitCode.usage,
    );
  }
  const { output, selectWithoutLimits: select, namingOf } = reportOptions(flags, "by");
  return {
    ...{ output, format, limits, select, namingOf },
    measure: choice(flags, "by", [callMeasures[0], ...callMeasures.slice(1)]),
    min: duration(flags, "min", undefined),
    top: number(flags, "top", 20, 1),
    byPath: flags.has("by-path"),
    match: pattern(flags, "match"),
    apart: flags.values("exec-trace"),
  };
}
