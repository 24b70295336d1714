/** Turns the flags of `gotrace diff` into options: one set for call traces, one for execution traces. */

import { diffMeasures, type ItemKind, itemKinds } from "../../analyses/index.js";
import { ExitCode, UserError } from "../../base/errors.js";
import type { Naming } from "../../base/names.js";
import { callMeasures } from "../../callstats/index.js";
import type { SelectOptions } from "../../calltree/index.js";
import { type CheckFormat, checkFormats } from "../report/format.js";
import type { ParsedFlags } from "./parse.js";
import { reportOptions } from "./report.js";
import { selectFlags } from "./tables.js";
import { badValue, choice, duration, number, parseShare, pattern, refuse } from "./values.js";

/** A threshold of `--fail-on`: as typed, and its value. */
interface Limit<T> {
  readonly text: string;
  readonly share: T;
}

/** Options for comparing call traces. */
export interface CallDiffOptions {
  /** `-o` as it was given. */
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
  readonly namingOf: (names: Iterable<string>) => Naming;
}

/** Options for comparing execution traces. */
export interface ExecutionDiffOptions {
  /** `-o` as it was given. */
  readonly output: string | undefined;
  readonly format: "table" | "json";
  readonly measure: (typeof diffMeasures)[number];
  /** Nanoseconds. */
  readonly min: number;
  readonly top: number;
  readonly limit: Limit<number> | undefined;
  readonly kinds: readonly ItemKind[] | undefined;
  readonly match: RegExp | undefined;
}

/** The options for call traces. @throws UserError for an invalid value, or a flag that only execution traces have */
export function callDiffOptions(flags: ParsedFlags): CallDiffOptions {
  refuse(flags, ["kind"], "call traces");
  const format = choice(flags, "format", ["table", "json", ...checkFormats]);
  const limits = flags.list("fail-on").map(
    (text): Limit<number | "calls"> => ({
      text,
      share: text === "calls" ? text : shareOf(text, ", or the word calls"),
    }),
  );
  if (limits.length === 0 && !["table", "json"].includes(format)) {
    throw new UserError(
      `--format ${format} shows what exceeds --fail-on, and no threshold is given`,
      "give --fail-on calls, or --fail-on 10%",
      ExitCode.usage,
    );
  }
  const { output, selectWithoutLimits: select, namingOf } = reportOptions(flags);
  return {
    ...{ output, format, limits, select, namingOf },
    measure: choice(flags, "by", [callMeasures[0], ...callMeasures.slice(1)]),
    min: duration(flags, "min", undefined),
    top: number(flags, "top", 20, 1),
    byPath: flags.has("by-path"),
    match: pattern(flags, "match"),
  };
}

const CALL_FLAGS = ["by-path", "full-names", ...selectFlags.map(({ name }) => name)];

/** The options for execution traces. @throws UserError for an invalid value, or a flag that only call traces have */
export function executionDiffOptions(flags: ParsedFlags): ExecutionDiffOptions {
  refuse(flags, CALL_FLAGS, "execution traces");
  const text = flags.string("fail-on");
  return {
    output: flags.string("o"),
    format: choice(flags, "format", ["table", "json"]),
    measure: choice(flags, "by", [diffMeasures[0], ...diffMeasures.slice(1)]),
    min: duration(flags, "min", 1e6),
    kinds: kindsOf(flags),
    match: pattern(flags, "match"),
    top: number(flags, "top", 20, 1),
    limit: text === undefined ? undefined : { text, share: shareOf(text, "") },
  };
}

/** Parses a share such as `10%` to a fraction. @param or other accepted values, for the error @throws UserError */
function shareOf(text: string, or: string): number {
  const share = parseShare(text);
  if (share === undefined) throw badValue("fail-on", text, `a share such as 10%${or}`);
  return share;
}

/** The kinds of `--kind`; undefined for all. @throws UserError for an unknown kind */
function kindsOf(flags: ParsedFlags): ItemKind[] | undefined {
  const words = flags.list("kind");
  const bad = words.find((word) => !itemKinds.some((kind) => kind === word));
  if (bad !== undefined) throw badValue("kind", bad, itemKinds.join(", "));
  return words.length === 0 ? undefined : itemKinds.filter((kind) => words.includes(kind));
}
