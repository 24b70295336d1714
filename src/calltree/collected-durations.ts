/** The durations of the calls of a process, as statistics add them up. */
import type { Durations } from "../base/durations.js";
import { type PackedDurations, unpackDurations } from "./packed-durations.js";
import type { CallDurations } from "./replay/call-durations.js";

/** What a replay has collected: by function, or call by call. */
interface Collected {
  readonly durations?: PackedDurations;
  readonly single?: CallDurations;
}

export class CollectedDurations {
  private constructor(
    private readonly collected: Collected,
    private readonly ids: { number(id: number): number },
  ) {}

  /** Undefined if they were not asked for, or some are missing. @param ids has the functions of the forest by id */
  static of({ durations, single }: Collected, ids: CollectedDurations["ids"]): CollectedDurations | undefined {
    if (durations !== undefined) return new CollectedDurations({ durations }, ids);
    return single && new CollectedDurations({ single }, ids);
  }

  /** Adds all of them. @param of by function of the forest: to what */
  addTo(of: (func: number) => Durations): void {
    const { ids, collected } = this;
    const { durations = new Float64Array(0), single = [] } = collected;
    for (const [id, part] of unpackDurations(durations)) of(ids.number(id)).merge(part);
    for (const [id, duration] of single) of(ids.number(id)).record(duration);
  }
}
