/** Watches the sizes of traces during a run: reports limits that are reached, and enforces the one of all together. */

import { statfsSync } from "node:fs";
import { join } from "node:path";
import { attempt } from "../../base/errors.js";
import { formatBytes } from "../../base/units.js";
import { HEADER_SIZE, haltPatch, type RawHeader, readBytes, readHeader } from "../../calltrace/index.js";
import { openFile, patchFile, tracesIn } from "../trace-files.js";
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

/** Watches the headers of the traces in a directory. The caller calls {@link look} regularly. */
export class LimitWatch {
  readonly #sizes = new Map<string, number>();
  /** Names of files whose process has ended. */
  readonly #over = new Set<string>();
  readonly #said = new Set<string>();
  readonly #halted = new Set<string>();

  /**
   * @param total limit for all traces together, in bytes
   * @param say prints a line for the user
   */
  constructor(
    private readonly directory: string,
    private readonly total: number,
    private readonly say: (line: string) => void,
  ) {}

  /** Reads the headers once, reports new limits, and stops the recording of all processes if the total is reached. */
  look(): void {
    // A file may vanish or still be without a header: errors are ignored, the next look tries again.
    for (const name of namesIn(this.directory)) if (!this.#over.has(name)) attempt(() => this.#lookAt(name));
    const sum = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    if (sum < this.total) return;
    if (this.#halted.size === 0) {
      this.say(
        `the traces of this run have reached ${formatBytes(this.total)}: later calls of its processes are not recorded; ${MORE}`,
      );
    }
    for (const name of this.#sizes.keys()) {
      if (this.#over.has(name) || this.#halted.has(name)) continue;
      this.#halted.add(name);
      attempt(() => patchFile(join(this.directory, name), 0, [haltPatch()]));
    }
  }

  #lookAt(name: string): void {
    const path = join(this.directory, name);
    if (!isAlive(processIdOf(name))) this.#over.add(name);
    const header = headerOf(path);
    this.#sizes.set(name, Number(header.numbers.grown));
    const remedy = REMEDIES[Number(header.numbers.stopReason)];
    if (remedy === undefined || this.#said.has(name)) return;
    this.#said.add(name);
    if (this.#said.size <= LINES) {
      this.say(`process ${processIdOf(name)}: ${remedy}; the program goes on, its later calls are not recorded`);
    } else if (this.#said.size === LINES + 1) this.say("the traces of more processes have reached their limits");
  }
}

function headerOf(path: string): RawHeader {
  const file = openFile(path);
  try {
    return readHeader(readBytes(file.source, 0, HEADER_SIZE), 0);
  } finally {
    file.close();
  }
}

function namesIn(directory: string): string[] {
  try {
    return tracesIn(directory);
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
