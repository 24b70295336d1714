/** The part of an execution trace to show. */
import { ExitCode, UserError } from "../../base/errors.js";
import { isMoment, sinceBegin } from "../../base/moment.js";
import type { Bound, Window } from "../../calltree/index.js";

/**
 * What bounds are in an execution trace, in nanoseconds since its start.
 * @param start when it began, nanoseconds since 1970; undefined if it does not tell
 * @throws UserError if a bound needs that
 */
export function windowSince(
  bounds: { readonly from: Bound | undefined; readonly to: Bound | undefined },
  start: bigint | undefined,
): Window {
  const offset = (name: "from" | "to") => {
    const bound = bounds[name];
    if (!isMoment(bound)) return bound;
    const ns = sinceBegin(bound, start);
    if (ns !== undefined) return ns;
    throw new UserError(
      `--${name}: this trace does not record the time of day, which takes Go 1.25`,
      `use a duration since its start, such as --${name} 1.5s`,
      ExitCode.usage,
    );
  };
  const [from, to] = [offset("from"), offset("to")];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}
