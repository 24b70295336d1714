/** Why single calls took so long: their critical paths, and what became of the goroutines that they started. */
import { type CallRecord, type CriticalPath, criticalPaths, startedStates } from "../../callstats/index.js";
import { type CallFamily, familiesOf, type Recording } from "../../calltree/index.js";
import {
  type CriticalPathStyle,
  criticalPathJson,
  criticalPathLines,
  startedLine,
} from "../../render/tree/critical-path.js";
import { withProgress } from "../progress.js";

/** What is known of a call. */
interface Explained {
  readonly path: CriticalPath;
  /** How long the goroutines that it started were in each state, by index into STATES. */
  readonly started: readonly number[];
}

/** Explains some calls in one walk. @returns by call; undefined without an execution trace of its process */
export function explainedCalls(recording: Recording, families: readonly CallFamily[]): (Explained | undefined)[] {
  const paths = criticalPaths(recording, families);
  return families.map(({ id }, index) => {
    const path = paths[index];
    const stays = recording.staysOf(id.process);
    return path && stays && { path, started: startedStates(path.family, stays) };
  });
}

/** A listed call with its family. */
interface ExplainedRecord {
  readonly record: CallRecord;
  readonly family: CallFamily;
  readonly why: Explained | undefined;
}

/** Explains listed calls in two walks. Those without an id are left out. */
export function explainedRecords(recording: Recording, records: readonly CallRecord[]): ExplainedRecord[] {
  const listed = records.filter(({ id }) => id !== undefined);
  const ids = listed.map(({ process, goroutine, number }) => ({ process, goid: goroutine, number }));
  const families = withProgress("finding what calls started", (progress) => familiesOf(recording, ids, progress));
  const explained = explainedCalls(recording, families);
  return listed.map((record, index) => ({ record, family: families[index], why: explained[index] }));
}

/** The lines of an explained call. */
export function* explanation(
  recording: Recording,
  { path, started }: Explained,
  style: CriticalPathStyle,
): Generator<string> {
  yield "\n";
  yield* criticalPathLines(recording.forest, path, style);
  const line = startedLine(path.family, started);
  if (line !== "") yield `${line}\n`;
}

/** Fields of JSON that explain listed calls, by call. Calls without an id, or without an execution trace, have none. */
export function explanationFields(
  recording: Recording,
  records: readonly CallRecord[],
): (call: CallRecord) => Record<string, unknown> {
  const known = records.filter(({ process }) => recording.staysOf(process) !== undefined);
  const fields = new Map<CallRecord, Record<string, unknown>>();
  for (const { record, why } of explainedRecords(recording, known)) {
    if (why !== undefined) fields.set(record, criticalPathJson(recording.forest, why.path, why.started));
  }
  return (call) => fields.get(call) ?? {};
}
