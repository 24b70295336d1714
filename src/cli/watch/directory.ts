/** Snapshots in a directory, as the agent and traced programs write them there. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { isSnapshot, readName } from "./names.js";
import type { Seen } from "./seen.js";
import type { Arrived, SnapshotSource } from "./source.js";

/** A file that has not changed for this long is taken as complete; milliseconds. */
const QUIET = 10_000;

export class SnapshotDirectory implements SnapshotSource {
  readonly called: string;
  readonly leftOut = 0;
  /** Files that may be incomplete, as they were at the last look. */
  #growing = new Map<string, string>();

  /**
   * @param directory as the user named it
   * @param mayBeMissing it may be made later
   */
  constructor(
    private readonly directory: string,
    private readonly mayBeMissing: boolean,
    private readonly seen: Seen,
  ) {
    this.called = directory;
  }

  async *look(last: boolean, signal: AbortSignal): AsyncGenerator<Arrived> {
    const names = this.#list();
    const there = new Set(names);
    this.seen.keep((name) => there.has(name));
    const growing = new Map<string, string>();
    for (const name of names) {
      if (signal.aborted) return;
      const path = join(this.directory, name);
      const stat = statSync(path, { throwIfNoEntry: false });
      // It was removed since: the agent keeps only some.
      if (!stat?.isFile()) continue;
      const what = `${stat.size} ${Math.round(stat.mtimeMs)}`;
      if (this.seen.has(name, what)) continue;
      const settled = readName(name).whole || this.#growing.get(name) === what || Date.now() - stat.mtimeMs > QUIET;
      if (last || settled) yield { name, path, what };
      else growing.set(name, what);
    }
    this.#growing = growing;
  }

  /** Names of snapshots, oldest first. */
  #list(): string[] {
    try {
      return readdirSync(this.directory).filter(isSnapshot).sort();
    } catch (error) {
      if (this.mayBeMissing && !existsSync(this.directory)) return [];
      const advice = existsSync(this.directory) ? "name a directory" : "check its name, or start what writes into it";
      throw new UserError(`cannot read ${this.directory}: ${messageOf(error)}`, advice, ExitCode.noInput);
    }
  }
}
