/** Critical paths of calls over goroutines: the chain of work and waits that decided when a call ended. */
import type { CallFamily, Recording } from "../../calltree/index.js";
import { pathBack, type Stretch } from "./backward.js";
import { type NamedStretch, StepNamer } from "./name-steps.js";
import { Past } from "./past.js";

/** A step of a critical path: a goroutine in a state, within a call. */
export type PathStep = NamedStretch;

/** The critical path of a call. Its steps, in the order of time, cover the call without gaps or overlaps. */
export interface CriticalPath {
  readonly family: CallFamily;
  readonly steps: readonly PathStep[];
}

/**
 * Finds the critical paths of some calls in one walk, whatever the recording selects.
 *
 * @returns by call; undefined where there is no execution trace of its process
 */
export function criticalPaths(
  recording: Recording,
  families: readonly CallFamily[],
  progress?: (done: number, total: number) => void,
): (CriticalPath | undefined)[] {
  const stretches = families.map((family) => {
    const stays = recording.staysOf(family.id.process);
    return stays && pathBack(family, new Past(stays, family.start, family.end));
  });
  const processes = [...new Set(families.map(({ id }) => id.process))];
  const namers = new Map<number, StepNamer>();
  for (const [index, process] of processes.entries()) {
    const paths = stretches.filter((path, at) => path !== undefined && families[at].id.process === process);
    if (paths.length === 0) continue;
    const namer = new StepNamer(paths as Stretch[][], (built) => recording.functionOf(process, built));
    recording.replayAll(process, namer, (done, total) => progress?.(index + done / total, processes.length));
    namers.set(process, namer);
  }
  return stretches.map((path, at) => {
    const family = families[at];
    const namer = namers.get(family.id.process);
    return path && namer && { family, steps: path.flatMap((stretch) => namer.partsOf(stretch)) };
  });
}
