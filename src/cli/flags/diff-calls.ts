/** Turns the flags of `gotrace diff` into options for call traces. */

import { ExitCode, UserError } from "../../base/errors.js";
import type { Naming } from "../../base/names.js";
import { callMeasures } from "../../callstats/index.js";
import type { SelectOptions } from "../../calltree/index.js";
import { type CheckFormat, checkFormats } from "../report/format.js";
import type { ParsedFlags } from "./parse.js";
import { reportOptions } from "./report.js";
import { choice, duration, type Limit, number, parseShare, pattern, refuse } from "./values.js";

/** Options for comparing call traces. */
export interface CallDiffOptions {
  /** `-o` as given; undefined or `-` for standard output. */
  readonly output: string | undefined;
  readonly format: "table" | "json" | CheckFormat;
  readonly measure: (typeof callMeasures)[number];
  /** Nanoseconds; undefined without `--min`. */
  readonly min: number | undefined;
  readonly top: number;
  /** Thresholds: a share by which times may grow (0.1 for 10%), or "calls" if call counts must not change. */
  readonly limits: readonly Limit<number | "calls">[];
  readonly byPath: boolean;
  readonly match: RegExp | undefined;
  readonly select: SelectOptions;
  /** The values of `--exec-trace`. */
  readonly apart: readonly string[];
  readonly namingOf: (names: Iterable<string>) => Naming;
}

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
