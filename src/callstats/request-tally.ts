/** Adds requests up: by root function, and the slowest of all. */
import { Best } from "../base/best.js";
import type { Durations } from "../base/durations.js";
import { bySlowness, type CallForest, type CallStates, type Owners } from "../calltree/index.js";
import { type CallRecord, type Candidate, offer, recordOf } from "./listing.js";
import { type RootStats, RootTimes, statsOf } from "./request-root.js";

/** Memory: 100 bytes for each request that is kept. */
export class RequestTally {
  private readonly times = new Map<number, RootTimes>();
  private readonly best: Best<Candidate>;
  count = 0;

  /** @param slowest how many of the slowest requests to list */
  constructor(
    private readonly forest: CallForest,
    slowest: number,
  ) {
    this.best = new Best<Candidate>(slowest, bySlownessAndProcess);
  }

  /** Counts a request of a root function. @param states valid only now */
  add(func: number, request: Candidate, states: CallStates | undefined): void {
    this.count++;
    this.timesOf(func).add(request.duration, states?.total);
    offer(this.best, request, states);
  }

  /** Counts requests of a root function of which nothing else is known. */
  addAll(func: number, durations: Durations): void {
    this.count += durations.count;
    this.timesOf(func).durations.merge(durations);
  }

  /** Lists a request, if it is slow enough, that is counted with others. */
  list(request: Candidate): void {
    this.best.add(request);
  }

  /** By root function, most time first. */
  roots(): RootStats[] {
    const { functions } = this.forest;
    const roots = [...this.times].sort(([f, a], [g, b]) => b.durations.total - a.durations.total || f - g);
    return roots.map(([func, root]) => statsOf(func, functions[func].name, root));
  }

  slowest(): CallRecord[] {
    const tests = new Map<number, Owners>();
    return this.best.sorted().map((candidate) => recordOf(this.forest, candidate, tests));
  }

  private timesOf(func: number): RootTimes {
    const root = this.times.get(func) ?? new RootTimes();
    this.times.set(func, root);
    return root;
  }
}

/** Those that began first come first among requests with the same duration. */
function bySlownessAndProcess(a: Candidate, b: Candidate): number {
  return b.duration - a.duration || a.wall - b.wall || a.process - b.process || bySlowness(a, b);
}
