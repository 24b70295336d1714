/** How much a traced program records: what does not go together. */
import { ExitCode, UserError } from "../../base/errors.js";

/**
 * Refuses a ring beside the execution trace of `--exec-trace`: that is written until it is full, and then lacks the end of the
 * run, which is what the ring keeps.
 * @param ring what asks for the ring, if anything does
 * @throws UserError if something does
 */
export function refuseRing(ring: string | undefined): void {
  if (ring === undefined) return;
  throw new UserError(
    `a ring (${ring}) keeps the end of a run, but an execution trace (--exec-trace) its beginning`,
    "use --states, which records the end with a ring, or leave one of them out",
    ExitCode.usage,
  );
}
