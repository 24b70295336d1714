/** The flags that show a run in the browser instead of reporting it. */

import { ExitCode, UserError } from "../base/errors.js";
import type { ParsedFlags } from "./flags.js";
import { type Format, namedFormat } from "./formats.js";
import { eventLimit } from "./options.js";
import { refuse } from "./values.js";

/**
 * The format of a run's report: the page that the flags ask for, else the named one.
 * @param speedscope the page is Speedscope without --speedscope
 * @throws UserError where the calls are to be shown and written, and for flags that the page does not know
 */
export async function reportFormat(flags: ParsedFlags, name: string, speedscope = false): Promise<Format> {
  eventLimit(flags);
  const shows = ["open", "no-browser", "speedscope"].some((flag) => flags.has(flag));
  if (!shows) {
    refuse(flags, ["events"], "a report: it is for --open --speedscope");
    return namedFormat(name);
  }
  if (flags.string("o") !== undefined) {
    throw new UserError(
      "--open and -o exclude each other",
      "save the trace with --save, and write a report with 'gotrace report'",
      ExitCode.usage,
    );
  }
  const inSpeedscope = speedscope || flags.has("speedscope");
  if (!inSpeedscope) refuseEvents(flags);
  return (await import("./view/show.js")).formatToShow(inSpeedscope);
}

/** @throws UserError for flags that only Speedscope knows */
export function refuseEvents(flags: ParsedFlags): void {
  refuse(flags, ["events"], "gotrace's own page, which shows all calls: it is for --speedscope");
}
