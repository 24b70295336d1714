/**
 * Watches traced processes that are not children of gotrace (`go test` starts the test binaries, a program its own
 * children) to learn when they end. A process cannot record its own end; when it was last seen alive is a lower bound.
 */

import { readdirSync } from "node:fs";
import { processorTime } from "../../gotool/cputime.js";
import { isAlive, processIdOf } from "./writing-process.js";

/** Milliseconds between two looks, and the share of time that looking may take. */
const interval = 50;
const share = 0.05;

/** A process when it was last seen alive. */
export interface Seen {
  /** Nanoseconds of the monotonic clock. */
  readonly at: bigint;
  /** Its processor time until then, in milliseconds; undefined if the system does not tell. */
  readonly cpu: number | undefined;
}

/** Watches the processes that write `<pid>-<n>.gotrace` files into a directory, from its creation until {@link stop}. */
export class AliveWatch {
  readonly #directory: string;
  readonly #gone = new Set<number>();
  readonly #seen = new Map<number, Seen>();
  #timer: NodeJS.Timeout | undefined;

  /** @param onLook called at every look, and once more at the end */
  constructor(
    directory: string,
    private readonly onLook: () => void = () => undefined,
  ) {
    this.#directory = directory;
    this.#schedule(interval);
  }

  /** Ends the watch. @returns what was last seen, by process id */
  stop(): ReadonlyMap<number, Seen> {
    clearTimeout(this.#timer);
    this.onLook();
    return this.#seen;
  }

  #schedule(delay: number): void {
    this.#timer = setTimeout(() => {
      const before = process.hrtime.bigint();
      this.#look(before);
      const cost = Number(process.hrtime.bigint() - before) / 1e6;
      this.#schedule(Math.max(interval, cost / share));
    }, delay);
    this.#timer.unref();
  }

  #look(now: bigint): void {
    this.onLook();
    for (const pid of pidsIn(this.#directory)) {
      if (this.#gone.has(pid)) continue;
      if (isAlive(pid)) this.#seen.set(pid, { at: now, cpu: processorTime(pid) ?? this.#seen.get(pid)?.cpu });
      else this.#gone.add(pid);
    }
  }
}

/** Ids of the processes that have written into a directory; none if the program removed it. */
function pidsIn(directory: string): Set<number> {
  try {
    const pids = readdirSync(directory).map(processIdOf);
    return new Set(pids.filter((pid) => !Number.isNaN(pid)));
  } catch {
    return new Set();
  }
}
