/** The format of a report: the one that is named, or the page of the browser. */

import { ExitCode, UserError } from "../../base/errors.js";
import { FORMAT_FLAGS, type Format } from "../report/format.js";
import { formatNames, namedFormat } from "../report/formats.js";
import type { ParsedFlags } from "./parse.js";
import { choice, refuse } from "./values.js";

/** The format that `--format` and `--html` name. @throws UserError when there is none of that name, or they do not agree */
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

/** @throws UserError for a flag that would say nothing to the format */
export function refuseUnknown(flags: ParsedFlags, { name, flags: known = [], forPeople }: Format): void {
  const unknown = FORMAT_FLAGS.filter((flag) => !known.includes(flag));
  refuse(flags, unknown, forPeople ? "trees: it is for other formats" : `--format ${name}`);
}

/**
 * The format of a run's report: the page that the flags ask for, else the named one.
 * @param speedscope the page is Speedscope without --speedscope
 * @throws UserError where the calls are to be shown and written, and for flags that the page does not know
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
  if (!inSpeedscope) refuseEvents(flags);
  return (await import("../view/show.js")).formatToShow(inSpeedscope);
}

/** @throws UserError for flags that only Speedscope knows */
export function refuseEvents(flags: ParsedFlags): void {
  refuse(flags, ["events"], "gotrace's own page, which shows all calls: it is for --speedscope");
}
