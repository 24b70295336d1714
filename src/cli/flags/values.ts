/** The values of flags: words, numbers, durations, patterns. */
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { compilePattern } from "../../base/pattern.js";
import { parseDuration } from "../../base/quantity.js";
import type { ParsedFlags } from "./parse.js";

/** A regular expression, as Go's (`(?i)` at its start too). @throws UserError for a bad expression */
export function pattern(flags: ParsedFlags, name: string): RegExp | undefined {
  const text = flags.string(name);
  return text === undefined ? undefined : parsePattern(text, `--${name}`);
}

/** A regular expression as {@link pattern}. @param what what it was given as, for the error */
export function parsePattern(text: string, what: string): RegExp {
  try {
    return compilePattern(text);
  } catch (error) {
    const reason = messageOf(error);
    throw new UserError(
      `${what}: ${JSON.stringify(text)} is not a regular expression: ${reason}`,
      "names are Go's, such as main.(*Server).Start: put a backslash before ( ) * . [ ] to mean just them",
      ExitCode.usage,
    );
  }
}

/** One of several words, the first by default. */
export function choice<T extends string>(flags: ParsedFlags, name: string, words: readonly [T, ...T[]]): T {
  const value = flags.string(name) ?? words[0];
  const known = words.find((word) => word === value);
  if (known === undefined) throw badValue(name, value, words.join(", "));
  return known;
}

/** A number, or `missing` where the flag is not given. @throws UserError when it is not a number, or too small */
export function number(flags: ParsedFlags, name: string, missing: number, least: number): number {
  const text = flags.string(name);
  if (text === undefined) return missing;
  const value = Number(text);
  if (text.trim() === "" || !(value >= least)) throw badValue(name, text, `a number of at least ${least}`);
  return value;
}

/** A duration as Go writes them, in nanoseconds, or `missing` where the flag is not given. @throws UserError when it is not a duration */
export function duration<T>(flags: ParsedFlags, name: string, missing: T): number | T {
  const text = flags.string(name);
  if (text === undefined) return missing;
  const value = parseDuration(text);
  if (value === undefined) throw badValue(name, text, "a duration such as 500us, 1ms or 2s");
  return value;
}

/** A share such as `10%`, as a fraction; undefined if it is not a share. */
export function parseShare(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text.trim());
  return match ? Number(match[1]) / 100 : undefined;
}

/**
 * A size such as `512MiB`, `2G` or `1000000`, in bytes.
 * @param what the flag or variable whose value it is
 * @throws UserError when it is not a size, or below 1 MiB
 */
export function parseSize(text: string, what = "--max-trace-size"): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?$/i.exec(text);
  const bytes = match ? Number(match[1]) * 1024 ** " kmgt".indexOf((match[2] || " ").toLowerCase()) : Number.NaN;
  if (!(bytes >= 1 << 20)) throw badValueOf(what, text, "a size of at least 1MiB, such as 512MiB or 8GiB");
  return Math.floor(bytes);
}

/** @throws UserError when a flag is not for what the command does */
export function refuse(flags: ParsedFlags, names: readonly string[], why: string): void {
  for (const name of names) {
    if (flags.has(name)) throw new UserError(`--${name} is not for ${why}`, "leave it out", ExitCode.usage);
  }
}

/** The error for a value that a flag does not take. */
export function badValue(name: string, value: string, wanted: string): UserError {
  return badValueOf(`--${name}`, value, wanted);
}

function badValueOf(what: string, value: string, wanted: string): UserError {
  return new UserError(`${what}: ${JSON.stringify(value)} is not valid`, `use ${wanted}`, ExitCode.usage);
}
