/** Watches the sizes of traces during a run: reports limits that are reached, and enforces the one of all together. */

import { statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../base/errors.js";
import { formatBytes } from "../../base/units.js";
import {
  type Control,
  GATES,
  HEADER_SIZE,
  haltPatch,
  type RawHeader,
  readBytes,
  readControl,
  readHeader,
  settingsPatches,
} from "../../calltrace/index.js";
import { executionsIn, openFile, patchFile, tracesIn } from "../trace-files.js";
import { isAlive, processIdOf } from "./writing-process.js";

/** All processes of a run together may write this many times the limit of one process. */
export const TOTAL_FACTOR = 4;
/** The limit for the trace of one process, in bytes; the same default as in the runtime. */
export const SIZE_DEFAULT = 2 ** 31;
/** Report this many processes that reached a limit one by one; then print one line for all others. */
const LINES = 3;

const MORE = "allow more with --max-trace-size, or trace less with --include, --exclude and --skip-inlined";
const REMEDIES: { readonly [reason: number]: string } = {
  1: `its trace has reached the size limit: ${MORE}`,
  2: "there is no space left for its trace: free some, or set GOTRACE_CACHE and TMPDIR to a larger file system",
  3: "its trace has reached the process's own limit on file sizes: raise it (ulimit -f)",
  4: "it has no memory left for its trace",
};

/** The limits of a run, in bytes. */
export interface Limits {
  /** Every process writes its call trace here. */
  readonly directory: string;
  /** For the call trace of one process, and for its execution trace. */
  readonly limit: number;
  /** For all traces together. */
  readonly total: number;
}

/**
 * Watches the headers of the call traces in a directory, and the sizes of execution traces. The caller calls {@link look}
 * regularly.
 */
export class LimitWatch {
  readonly #sizes = new Map<string, number>();
  /** Sizes of execution traces, by name. */
  readonly #executions = new Map<string, number>();
  /** Names of files whose process has ended. */
  readonly #over = new Set<string>();
  readonly #reported = new Set<string>();
  readonly #halted = new Set<string>();

  readonly #directory: string;

  /**
   * @param executions the directory of the execution traces, if they are recorded
   * @param say prints a line for the user
   * @param readOf how many bytes of a trace are read; undefined if it is not read while its process runs, or not given back
   */
  constructor(
    private readonly limits: Limits,
    private readonly executions: string | undefined,
    private readonly say: (line: string) => void,
    private readonly readOf: (name: string) => number | undefined = () => undefined,
  ) {
    this.#directory = limits.directory;
  }

  /** Reads the headers once, reports new limits, and stops the recording of all processes if the total is reached. */
  look(): void {
    // A file may vanish or still be without a header: errors are ignored, the next look tries again.
    for (const name of namesIn(this.#directory, tracesIn)) if (!this.#over.has(name)) attempt(() => this.#lookAt(name));
    const { executions } = this;
    if (executions !== undefined) {
      for (const name of namesIn(executions, executionsIn)) attempt(() => this.#lookAtExecution(executions, name));
    }
    const sum = sumOf(this.#sizes) + sumOf(this.#executions);
    const { total } = this.limits;
    if (sum < total) return;
    if (this.#halted.size === 0) {
      this.say(
        `the traces of this run have reached ${formatBytes(total)}: later calls of its processes are not recorded; ${MORE}`,
      );
    }
    for (const name of this.#sizes.keys()) {
      if (this.#over.has(name) || this.#halted.has(name)) continue;
      this.#halted.add(name);
      attempt(() => patchFile(join(this.#directory, name), 0, [haltPatch()]));
    }
  }

  /** Bytes that all call traces take on disk, as of the last look. */
  get written(): number {
    return sumOf(this.#sizes);
  }

  #lookAt(name: string): void {
    const path = join(this.#directory, name);
    if (!isAlive(processIdOf(name))) this.#over.add(name);
    const { header, control } = headOf(path);
    this.#sizes.set(name, Number(header.numbers.grown) - Number(control?.numbers.given ?? 0n));
    if (control !== undefined) this.#pace(name, header, control);
    const remedy = REMEDIES[Number(header.numbers.stopReason)];
    if (remedy !== undefined) this.#stopped(name, `${remedy}; the program goes on, its later calls are not recorded`);
  }

  /**
   * Pauses a process that is about to stop recording for good, if the reason is that much is yet to be read. What reads it
   * ends the pause (TraceSpace); where nobody does any more, it ends here.
   */
  #pace(name: string, { numbers }: RawHeader, control: Control): void {
    const { gate, given, giveFailed } = control.numbers;
    const { limit } = this.limits;
    const read = this.readOf(name);
    const unread = read === undefined || giveFailed !== 0n ? 0 : Number(numbers.used) - read;
    const isFull = Number(numbers.used - given) > (limit / 8) * 7 && unread > limit / 8;
    const isLost = gate === GATES.behind && read === undefined;
    if (!isLost && !(isFull && gate === GATES.open)) return;
    const change = { isPaused: isFull, isBehind: isFull };
    const patches = settingsPatches(control, Number(numbers.control), change, process.hrtime.bigint());
    patchFile(join(this.#directory, name), 0, patches);
  }

  /** The process itself ends its recording then; see templates/exectrace/record.go.txt. */
  #lookAtExecution(directory: string, name: string): void {
    const { size } = statSync(join(directory, name));
    this.#executions.set(name, size);
    if (size <= this.limits.limit) return;
    const what = "its execution trace has reached the size limit: allow more with --max-trace-size";
    this.#stopped(name, `${what}; the program goes on, what it later waits for is not recorded`);
  }

  /** Reports a trace that has ended before its process, once. */
  #stopped(name: string, why: string): void {
    if (this.#reported.has(name)) return;
    this.#reported.add(name);
    if (this.#reported.size <= LINES) this.say(`process ${processIdOf(name)}: ${why}`);
    else if (this.#reported.size === LINES + 1) this.say("the traces of more processes have reached their limits");
  }
}

function sumOf(sizes: ReadonlyMap<string, number>): number {
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

function headOf(path: string): { readonly header: RawHeader; readonly control: Control | undefined } {
  const file = openFile(path);
  try {
    const header = readHeader(readBytes(file.source, 0, HEADER_SIZE), 0);
    return { header, control: readControl(file.source, Number(header.numbers.control)) };
  } finally {
    file.close();
  }
}

function namesIn(directory: string, list: (directory: string) => string[]): string[] {
  try {
    return list(directory);
  } catch {
    return [];
  }
}

/** Magic numbers of tmpfs and ramfs, from statfs(2). */
const IN_MEMORY = [0x01021994, 0x858458f6];

/** Whether a directory is on a file system in memory. Only detected on Linux. */
export function isInMemory(directory: string): boolean {
  try {
    return process.platform === "linux" && IN_MEMORY.includes(statfsSync(directory).type);
  } catch {
    return false;
  }
}
