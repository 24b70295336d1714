/** Reads the flags that say how much a traced program records, which its runtime reads from the environment. */
import { ExitCode, UserError } from "../../base/errors.js";
import { parseSize } from "../../base/quantity.js";
import { fitsControl } from "../../calltrace/settings.js";
import type { RecorderVariables } from "../options.js";
import type { ParsedFlags } from "./parse.js";
import { badValue, duration, parsePattern } from "./values.js";

/**
 * The variables that these flags set. A flag that is not given leaves its variable as it is in the environment.
 * @param others flags that are the command's own, and so not these
 * @throws UserError for invalid values, and for flags that do not go together
 */
export function recorderVariables(flags: ParsedFlags, others: readonly string[] = []): RecorderVariables {
  const has = (name: string) => flags.has(name) && !others.includes(name);
  const ring = [
    ...(has("last") ? [nanoseconds(flags, "last")] : []),
    ...(has("ring") ? [String(parseSize(flags.string("ring")!, "--ring"))] : []),
  ];
  if (has("ring") && flags.has("max-trace-size")) {
    throw new UserError(
      "--ring and --max-trace-size are both the size of a trace",
      "leave one of them out",
      ExitCode.usage,
    );
  }
  const selection = selectionOf(flags);
  return {
    ...(ring.length > 0 ? { GOTRACE_RING: ring.join(",") } : {}),
    ...(selection === "" ? {} : { GOTRACE_RECORD: selection }),
    ...(has("record-min") ? { GOTRACE_RECORD_MIN: nanoseconds(flags, "record-min") } : {}),
    ...(has("record-depth") ? { GOTRACE_RECORD_DEPTH: depthOf(flags) } : {}),
    ...(has("paused") ? { GOTRACE_START: "paused" } : {}),
  };
}

/** A duration as the runtime reads it, which knows one unit at a time. */
function nanoseconds(flags: ParsedFlags, name: string): string {
  const value = Math.round(duration(flags, name, 0));
  if (value === 0) throw badValue(name, flags.string(name)!, "a duration such as 10us, 2ms or 30s");
  return `${value}ns`;
}

function depthOf(flags: ParsedFlags): string {
  const text = flags.string("record-depth")!;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw badValue("record-depth", text, "a number of at least 1");
  return text;
}

/** `+REGEXP` for `--record` and `-REGEXP` for `--no-record`, in their order, with `;` between them. */
function selectionOf(flags: ParsedFlags): string {
  const selection = selectionLines(flags, "record", "no-record").join(";");
  if (fitsControl(selection)) return selection;
  throw new UserError(
    "there is no room for all expressions of --record and --no-record",
    "write fewer and shorter ones: db\\. matches a package, (Get|Put)$ two names",
    ExitCode.usage,
  );
}

/** What the matcher of traced programs does not know (runtime-go/match.go), where escaped punctuation is gone. */
const UNKNOWN = /\(\?(?!:)|\\[^\W_dDwWsS]|[*+?}][*+?]|\[\[:|\[[^\]]*[^\0-\x7f]/;

/** What expressions may consist of, for messages. */
export const PLAIN_PATTERN =
  "a plain expression: . [a-z] \\d \\w ( ) | * + ? {2,5} ^ $, and \\ before those that mean themselves";

/** Whether traced programs understand a regular expression. */
export function isPlainPattern(text: string): boolean {
  return text !== "" && !UNKNOWN.test(text.replace(/\\[^\w]/g, "_")) && !/[;\n]/.test(text);
}

/**
 * Lines of `+` or `-` and an expression for function names, in the order of the flags.
 * @throws UserError for an expression that programs do not understand
 */
export function selectionLines(flags: ParsedFlags, on: string, off: string): string[] {
  return flags.inOrder([on, off]).map(([name, text]) => {
    parsePattern(text, `--${name}`);
    if (!isPlainPattern(text)) throw badValue(name, text, PLAIN_PATTERN);
    return `${name === on ? "+" : "-"}${text}`;
  });
}
