/** `--from` and `--to` for execution traces: limits a command to a part of the trace. */
import { ExitCode, UserError } from "../../base/errors.js";
import { type Moment, parseMoment } from "../../base/moment.js";
import { formatDuration } from "../../base/units.js";
import type { PartOf } from "../options.js";
import { windowSince } from "../report/execution-window.js";
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
    const { from: begin = 0, to: end = Number.POSITIVE_INFINITY } = windowSince({ from, to }, start);
    const span = { from: Math.max(0, begin), to: end };
    if (span.to > span.from) return span;
    const [first, last] = [span.from, span.to].map(formatDuration);
    const what =
      span.to < 0 ? "--to is before the start of the trace" : `--to (${last}) is not later than --from (${first})`;
    throw new UserError(
      what,
      "times are those of the traced program's machine, durations count from the start of the trace",
      ExitCode.usage,
    );
  };
}

/** The moment that a flag gives; undefined without it. @throws UserError for an invalid time */
export function momentOf(flags: ParsedFlags, name: "from" | "to"): Moment | undefined {
  const text = flags.string(name);
  if (text === undefined) return undefined;
  const moment = parseMoment(text.trim());
  if (!moment) throw badValue(name, text, "a time such as 1.5s, 14:32:05 or 2026-01-02T14:32:05Z");
  return moment;
}
