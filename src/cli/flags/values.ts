/** Parses the values of flags: words, numbers, durations, sizes, patterns. */
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { compilePattern } from "../../base/pattern.js";
import { parseDuration } from "../../base/quantity.js";
import type { ParsedFlags } from "./parse.js";

/** The regular expression of a flag, which may begin with `(?i)` as in Go. @throws UserError for an invalid expression */
export function pattern(flags: ParsedFlags, name: string): RegExp | undefined {
  const text = flags.string(name);
  return text === undefined ? undefined : parsePattern(text, `--${name}`);
}

/** Parses an expression like {@link pattern}. @param what the flag, for the error @throws UserError if it is invalid */
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

/** One of several words; the first is the default. @throws UserError for any other word */
export function choice<T extends string>(flags: ParsedFlags, name: string, words: readonly [T, ...T[]]): T {
  const value = flags.string(name) ?? words[0];
  const known = words.find((word) => word === value);
  if (known === undefined) throw badValue(name, value, words.join(", "));
  return known;
}

/** A number, or `missing` without the flag. @throws UserError when it is not a number, or below `least` */
export function number(flags: ParsedFlags, name: string, missing: number, least: number): number {
  const text = flags.string(name);
  if (text === undefined) return missing;
  const value = Number(text);
  if (text.trim() === "" || !(value >= least)) throw badValue(name, text, `a number of at least ${least}`);
  return value;
}

/** A duration such as `1ms`, in nanoseconds, or `missing` without the flag. @throws UserError for anything else */
export function duration<T>(flags: ParsedFlags, name: string, missing: T): number | T {
  const text = flags.string(name);
  if (text === undefined) return missing;
  const value = parseDuration(text);
  if (value === undefined) throw badValue(name, text, "a duration such as 500us, 1ms or 2s");
  return value;
}

/** A share such as `10%`, as a fraction. @param or other accepted values, for the error @throws UserError for anything else */
export function parseShare(name: string, text: string, or = ""): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text.trim());
  if (!match) throw badValue(name, text, `a share such as 10%${or}`);
  return Number(match[1]) / 100;
}

/** Refuses flags that do not apply. @param why what they are not for @throws UserError for the first of them */
export function refuse(flags: ParsedFlags, names: readonly string[], why: string): void {
  for (const name of names) {
    if (flags.has(name)) throw new UserError(`--${name} is not for ${why}`, "leave it out", ExitCode.usage);
  }
}

/** The error for an invalid value of a flag. @param wanted what the flag accepts */
export function badValue(name: string, value: string, wanted: string): UserError {
  return new UserError(`--${name}: ${JSON.stringify(value)} is not valid`, `use ${wanted}`, ExitCode.usage);
}
