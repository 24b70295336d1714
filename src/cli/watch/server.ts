/** Snapshots that an agent has: lists them, and downloads each into a directory, where only the latest stay. */
import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { attempt, ExitCode, UserError } from "../../base/errors.js";
import { formatBytes } from "../../base/units.js";
import type { Access } from "../capture/access.js";
import { type RemoteSnapshot, remoteSnapshots } from "../capture/agent.js";
import { download, MARGIN } from "../capture/download.js";
import { NotFound, Unreachable } from "../capture/refusal.js";
import { type CaptureTarget, endpoint } from "../capture/target.js";
import { isPlain, readName } from "./names.js";
import type { Seen } from "./seen.js";
import type { Arrived, SnapshotSource } from "./source.js";

/** Names sort by time, but a snapshot with an earlier one may become complete later; milliseconds. */
const OVERLAP = 300_000;
/** Bytes that arrive in a millisecond on a slow network: so long a download may take. */
const SLOW = 200;
/** What the name of a file ends in while it is downloaded. */
const PART = ".part";
/** Milliseconds since the last write to a file that nobody downloads any more. */
const ABANDONED = 3600_000;
/** A snapshot that cannot be downloaded so often is left out. */
const ATTEMPTS = 3;

export interface ServerOptions {
  /** The directory for the snapshots; it exists. */
  readonly directory: string;
  /** How many stay there. */
  readonly keep: number;
  /** The largest one. */
  readonly maxBytes: number;
}

export class SnapshotServer implements SnapshotSource {
  readonly called: string;
  leftOut = 0;
  readonly #failures = new Map<string, number>();

  /**
   * @param target of the agent's `/debug/gotrace/`
   * @param say prints a line for the user
   */
  constructor(
    private readonly target: CaptureTarget,
    private readonly access: Access,
    private readonly options: ServerOptions,
    private readonly seen: Seen,
    private readonly say: (line: string) => void,
  ) {
    this.called = target.server;
  }

  async *look(last: boolean, signal: AbortSignal): AsyncGenerator<Arrived> {
    const after = this.#overlap();
    const list = await remoteSnapshots(this.target, this.access, signal, after);
    const there = new Set(list.map(({ name }) => name));
    // What is not listed needs no memory, but for the one that says where the overlap begins.
    this.seen.keep((name) => there.has(name) || name === after);
    for (const one of list) {
      if (signal.aborted) return;
      if (this.seen.has(one.name, "")) continue;
      if (!isPlain(one.name)) {
        this.#leaveOut(one.name, "this cannot be the name of a file here");
        continue;
      }
      const path = await this.#fetch(one, last, signal);
      if (path !== undefined) yield { name: one.name, path, what: "" };
    }
  }

  /** The latest of the reported snapshots that is older than the overlap. */
  #overlap(): string | undefined {
    const timed = [...this.seen.names].sort().flatMap((name) => {
      const { time } = readName(name);
      return time === undefined ? [] : [{ name, at: Date.parse(time) }];
    });
    const newest = timed.at(-1)?.at ?? 0;
    return timed.findLast(({ at }) => at < newest - OVERLAP)?.name;
  }

  /** @returns where it is; undefined if it is not to be had */
  async #fetch({ name, bytes }: RemoteSnapshot, last: boolean, signal: AbortSignal): Promise<string | undefined> {
    const { directory, maxBytes } = this.options;
    const path = join(directory, name);
    if (statSync(path, { throwIfNoEntry: false })?.size === bytes) return path;
    const part = `${path}${PART}`;
    const margin = MARGIN + bytes / SLOW;
    const from = endpoint(this.target, `snapshots/${encodeURIComponent(name)}`);
    try {
      const { cut } = await download(from, part, {
        ...this.access,
        maxBytes,
        margin,
        signal,
        onBytes: () => undefined,
      });
      if (cut === "signal") return undefined;
      if (cut === "size") return this.#leaveOut(name, `it is larger than ${formatBytes(maxBytes)}, see --max-size`);
      if (cut !== undefined) return this.#again(name, last, "the transfer ended early");
      renameSync(part, path);
      this.#prune();
      return path;
    } catch (error) {
      if (!(error instanceof UserError) || error instanceof Unreachable || isOfDisk(error)) throw error;
      if (error instanceof NotFound) return this.#leaveOut(name, "the server has removed it before it was fetched");
      return this.#again(name, last, error.message);
    } finally {
      rmSync(part, { force: true });
    }
  }

  #again(name: string, last: boolean, why: string): undefined {
    const failures = (this.#failures.get(name) ?? 0) + 1;
    this.#failures.set(name, failures);
    if (failures >= ATTEMPTS || last) this.#leaveOut(name, why);
    else this.say(`${name}: ${why}: it is fetched again`);
  }

  #leaveOut(name: string, why: string): undefined {
    this.#failures.delete(name);
    this.leftOut++;
    this.seen.add(name, "");
    this.say(`${name} is left out: ${why}`);
  }

  /** Removes the oldest snapshots, and what was left of downloads by processes that were killed. Files with other names are not touched. */
  #prune(): void {
    const { directory, keep } = this.options;
    const entries = readdirSync(directory);
    const names = entries.filter((name) => readName(name).whole);
    const parts = entries.filter((name) => name.endsWith(PART) && readName(name.slice(0, -PART.length)).whole);
    const oldest = names.sort().slice(0, Math.max(0, names.length - keep));
    for (const name of [...oldest, ...parts.filter((name) => isAbandoned(join(directory, name)))]) {
      attempt(() => rmSync(join(directory, name)));
    }
  }
}

function isAbandoned(part: string): boolean {
  const stat = statSync(part, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs > ABANDONED;
}

/** Whether a file could not be written, which is no fault of the snapshot. */
function isOfDisk({ code }: UserError): boolean {
  return code === ExitCode.cannotCreate || code === ExitCode.io;
}
