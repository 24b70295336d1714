/** `--from` and `--to` for execution traces: limits a command to a part of the trace. */
import { ExitCode, UserError } from "../../base/errors.js";
import { type Moment, parseMoment, sinceBegin } from "../../base/moment.js";
import { formatDuration } from "../../base/units.js";
import type { PartOf } from "../options.js";
import type { Flag, ParsedFlags } from "./parse.js";
import { badValue } from "./values.js";

/** For commands that read execution traces. */
export const partFlags: readonly Flag[] = [
  {
    name: "from",
    value: "TIME",
    help: "only what happened after this time: 1.5s from the start of the trace, or 14:32:05, or 2026-01-02T14:32:05Z (Go 1.25)",
  },
  { name: "to", value: "TIME", help: "only what happened before this time" },
];

/** The part that `--from` and `--to` choose; undefined for the whole trace. @throws UserError for an invalid time */
export function partOf(flags: ParsedFlags): PartOf | undefined {
  const [from, to] = [momentOf(flags, "from"), momentOf(flags, "to")];
  if (!from && !to) return undefined;
  return (start) => {
    const offset = (name: string, moment: Moment) => {
      const ns = sinceBegin(moment, start);
      if (ns !== undefined) return ns;
      throw new UserError(
        `--${name}: this trace does not record the time of day, which takes Go 1.25`,
        `use a duration since its start, such as --${name} 1.5s`,
        ExitCode.usage,
      );
    };
    const span = { from: from ? Math.max(0, offset("from", from)) : 0, to: to ? offset("to", to) : Infinity };
    if (span.to > span.from) return span;
    const [begin, end] = [span.from, span.to].map(formatDuration);
    const what =
      span.to < 0 ? "--to is before the start of the trace" : `--to (${end}) is not later than --from (${begin})`;
    throw new UserError(
      what,
      "times are those of the traced program's machine, durations count from the start of the trace",
      ExitCode.usage,
    );
  };
}

function momentOf(flags: ParsedFlags, name: string): Moment | undefined {
  const text = flags.string(name);
  if (text === undefined) return undefined;
  const moment = parseMoment(text.trim());
  if (!moment) throw badValue(name, text, "a time such as 1.5s, 14:32:05 or 2026-01-02T14:32:05Z");
  return moment;
}
