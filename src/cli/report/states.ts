/** Adds the goroutine states of calls to a recording, from the execution traces that the call traces contain. */
import { ExitCode, UserError } from "../../base/errors.js";
import type { ProcessTrace } from "../../calltrace/index.js";
import { type CallTree, type Recording, State, type StateClock } from "../../calltree/index.js";
import { TraceError } from "../../exectrace/index.js";
import { joinStates } from "../../join/index.js";

/** What of the states a report shows besides those of single calls. */
export interface StateDetail {
  /** Who made whom wait. */
  readonly blames?: boolean;
  /** The states of call paths. */
  readonly inTrees?: boolean;
}

/**
 * A copy of the recording whose calls have states. Calls of a process whose execution trace cannot be read have none.
 * @param warn prints a warning about an execution trace that cannot be read, or only in part
 * @throws UserError when an execution trace belongs to another process
 */
export function joined(
  recording: Recording,
  warn: (text: string) => void,
  { blames = false, inTrees = true }: StateDetail = {},
): Recording {
  // The clock of a process may be made several times.
  const warned = new Set<string>();
  const once = (text: string) => {
    if (!warned.has(text)) warn(text);
    warned.add(text);
  };
  return recording.withStates(
    (process) => clockOf(process, once),
    blames,
    // Whether an execution trace of its own file is of the same process is known from a walk.
    inTrees || recording.isJoinedApart,
    ({ holdsExecution, info, control }, { isPlausible }, { tree }) => {
      // The process's own execution trace may lack the time of all calls, after a crash, or in a ring that reaches farther back.
      const isOwn = holdsExecution || control?.states === "written";
      const isForeign = !isOwn && knowsNothing(tree);
      if (isForeign || !isPlausible) throw ofAnother(info.pid);
    },
  );
}

/** Whether the states of all calls are unknown. */
function knowsNothing({ states }: CallTree): boolean {
  const columns = states?.self.entries() ?? [];
  const known = [...columns].flatMap(([state, column]) => (column === undefined ? [] : [state]));
  return known.length === 1 && known[0] === State.unknown;
}

function clockOf(process: ProcessTrace, warn: (text: string) => void): StateClock | undefined {
  const { execution, info } = process;
  if (execution === undefined) return undefined;
  try {
    const found = joinStates(process, execution);
    if (found === undefined) throw ofAnother(info.pid);
    if (found.problem !== undefined) {
      warn(`the execution trace of process ${info.pid}: ${found.problem}; after that, states are unknown`);
    }
    return found.clock;
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    warn(`the execution trace of process ${info.pid} cannot be read: ${error.message}; states are not shown`);
    return undefined;
  }
}

function ofAnother(pid: number): UserError {
  return new UserError(
    `the execution trace is not of process ${pid}: its goroutines do not run when calls begin and end`,
    "name the execution trace that this process wrote during the same run",
    ExitCode.data,
  );
}
