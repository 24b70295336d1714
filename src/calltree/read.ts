/** Reads traces into recordings. */
import { ExitCode, UserError } from "../base/errors.js";
import type { ByteSource } from "../calltrace/index.js";
import { type CallFamily, type CallId, callIdsOf, type WrittenCallId, writeCallId } from "./call-id.js";
import { familiesOf } from "./family.js";
import { type ForestOptions, replayTraces } from "./forest.js";
import { Recording } from "./recording.js";
import type { ReplayOptions } from "./replay/stacks-for.js";
import { type SelectOptions, scopeOf } from "./selection.js";
import type { CallForest } from "./tree.js";

export interface RecordingOptions extends Omit<ForestOptions, keyof ReplayOptions> {
  readonly select?: SelectOptions;
  /** Limits of the trees. With `noMerge` the recording cannot be walked, and calls have no states. */
  readonly build?: ReplayOptions;
}

/**
 * Reads traces.
 *
 * @param sources a trace, or several whose processes are shown together
 * @throws UserError if no source is a trace of a supported version, or there is no call that is asked for
 */
export function readRecording(
  sources: ByteSource | readonly ByteSource[],
  { select = {}, build = {}, ...options }: RecordingOptions = {},
): Recording {
  const { from, to } = select;
  const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const read = (family?: CallFamily) =>
    replayTraces(sources, { ...options, ...build, ...bounds }, (process) => scopeOf(select, process, family));
  if (select.call === undefined) return new Recording(read(), select, build);
  // Which goroutines belong to the call is known only after a walk, for which calls have to be merged.
  const whole = new Recording(replayTraces(sources, options), {}, {});
  const [family] = familiesOf(whole, [theCall(whole.forest, select.call)]);
  return build.noMerge ? new Recording(read(family), select, build) : whole.ofCall(family, { select });
}

/** The call that a written id means. @throws UserError if it may mean several */
function theCall(forest: CallForest, written: WrittenCallId): CallId {
  const ids = callIdsOf(forest, written);
  const [id] = ids;
  if (ids.length === 1) return id;
  const pids = [...new Set(forest.processes.map(({ info }) => info.pid))];
  const text = writeCallId(written);
  if (ids.length === 0) {
    const message = `there is no call ${text}: no process has the id ${written.pid}`;
    throw new UserError(message, `the processes are ${pids.join(", ")}`, ExitCode.noInput);
  }
  if (written.pid === undefined && pids.length === forest.processes.length) {
    const message = `${text} may be a call of any of ${pids.length} processes`;
    throw new UserError(message, `name the process: ${pids.map((pid) => `${pid}:${text}`).join(", ")}`, ExitCode.usage);
  }
  const message = `${text} may be a call of any of ${ids.length} processes with the same id`;
  throw new UserError(message, "give only the trace of the process that is meant", ExitCode.usage);
}
