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
  const paths = new Map<number, Stretch[][]>();
  for (const [at, path] of stretches.entries()) {
    const { process } = families[at].id;
    if (path !== undefined) paths.set(process, [...(paths.get(process) ?? []), path]);
  }
  const namers = new Map(
    [...paths].map(([process, list]) => [
      process,
      new StepNamer(list, (built) => recording.functionOf(process, built)),
    ]),
  );
  recording.replayAll(namers, progress);
  return stretches.map((path, at) => {
    const family = families[at];
    const namer = namers.get(family.id.process);
    return path && namer && { family, steps: path.flatMap((stretch) => namer.partsOf(stretch)) };
  });
}
