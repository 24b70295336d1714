/** How much a traced program records: what does not go together. */
import { ExitCode, UserError } from "../../base/errors.js";

/**
 * Refuses a ring beside an execution trace: that is written until it is full, and then lacks the end of the run, which is what the
 * ring keeps.
 * @param ring what asks for the ring, if anything does
 * @param execution the flag that asks for the execution trace
 * @throws UserError if both are asked for
 */
export function refuseRing(ring: string | undefined, execution: string): void {
  if (ring === undefined) return;
  throw new UserError(
    `a ring (${ring}) keeps the end of a run, but an execution trace (${execution}) its beginning`,
    "leave one of them out",
    ExitCode.usage,
  );
}
