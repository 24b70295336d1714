/** Chooses the format of a report from `--format`, `--html`, `--open` and `--speedscope`. */

import { ExitCode, UserError } from "../../base/errors.js";
import { FORMAT_FLAGS, type Format } from "../report/format.js";
import { formatNames, namedFormat } from "../report/formats.js";
import type { ParsedFlags } from "./parse.js";
import { choice, refuse } from "./values.js";

/** The format of `--format` or `--html`. @throws UserError for an unknown format, or when both are given and disagree */
export function formatOf(flags: ParsedFlags): Format {
  const format = namedFormat(choice(flags, "format", formatNames));
  if (!flags.has("html")) return format;
  if (flags.has("format") && format.name !== "html") {
    throw new UserError(
      `--html and --format ${format.name} cannot be combined`,
      "leave one of them out",
      ExitCode.usage,
    );
  }
  return namedFormat("html");
}

/** Refuses flags that the format does not use. @throws UserError for the first of them */
export function refuseUnknown(flags: ParsedFlags, { name, flags: known = [], forPeople }: Format): void {
  const unknown = FORMAT_FLAGS.filter((flag) => !known.includes(flag));
  refuse(flags, unknown, forPeople ? "trees: it is for other formats" : `--format ${name}`);
}

/**
 * The format of a run's report: a page in the browser if a flag asks for it, or else the format called `name`.
 * @param speedscope the page is Speedscope even without `--speedscope`
 * @throws UserError when a page is combined with `-o`, or a flag does not apply
 */
export async function runFormat(flags: ParsedFlags, name: string, speedscope = false): Promise<Format> {
  const shows = ["open", "no-browser", "speedscope"].some((flag) => flags.has(flag));
  if (!shows) {
    refuse(flags, ["events"], "a report: it is for --open --speedscope");
    return namedFormat(name);
  }
  if (flags.string("o") !== undefined) {
    throw new UserError(
      "--open and -o cannot be combined",
      "save the trace with --save, and write a report with 'gotrace report'",
      ExitCode.usage,
    );
  }
  const inSpeedscope = speedscope || flags.has("speedscope");
  if (!inSpeedscope) {
    refuseEvents(flags);
    refuse(flags, ["by"], "gotrace's own page: it is for the tree and for --speedscope");
  }
  return (await import("../view/show.js")).formatToShow(inSpeedscope);
}

/** Refuses flags that only Speedscope uses. @throws UserError if there is one */
export function refuseEvents(flags: ParsedFlags): void {
  refuse(flags, ["events"], "gotrace's own page, which shows all calls: it is for --speedscope");
}
