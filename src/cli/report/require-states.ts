/** Refuses what needs the states of calls where a recording has none. */
import { ExitCode, UserError } from "../../base/errors.js";
import type { Recording } from "../../calltree/index.js";

/** @param what needs the states @throws UserError when no process of the recording has an execution trace */
export function requireStates(recording: Recording, what: string): void {
  if (recording.forest.processes.length === 0 || recording.hasStates) return;
  throw new UserError(
    `${what} needs the states of calls, and the trace does not have them`,
    "record it with --states: gotrace run --states --save FILE PACKAGE",
    ExitCode.usage,
  );
}
