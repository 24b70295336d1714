/** Turns the flags of `gotrace diff` into options for execution traces. */

import { diffMeasures, type ItemKind, itemKinds } from "../../analyses/index.js";
import type { ExecutionDiffOptions } from "../options.js";
import type { ParsedFlags } from "./parse.js";
import { selectFlags } from "./tables.js";
import { badValue, choice, duration, number, parseShare, pattern, refuse } from "./values.js";

const CALL_FLAGS = ["exec-trace", "by-path", "full-names", ...selectFlags.map(({ name }) => name)];

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
    limit: text === undefined ? undefined : { text, share: parseShare("fail-on", text) },
  };
}

/** The kinds of `--kind`; undefined for all. @throws UserError for an unknown kind */
function kindsOf(flags: ParsedFlags): ItemKind[] | undefined {
  const words = flags.list("kind");
  const bad = words.find((word) => !itemKinds.some((kind) => kind === word));
  if (bad !== undefined) throw badValue("kind", bad, itemKinds.join(", "));
  return words.length === 0 ? undefined : itemKinds.filter((kind) => words.includes(kind));
}
