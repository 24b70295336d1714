/**
 * The journal of a data set: which traces are in which of its files. A batch of new files is first written in a
 * directory of the journal; with the batch's entry in the journal it counts, and then its files are moved to their
 * places. So a crash at any moment leaves a data set without the batch, or one that the next run completes.
 */

import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { makeDirectories } from "../../gotool/cache.js";
import { isAlive } from "../run/writing-process.js";
import { writeFully } from "../write-fully.js";

/** A trace in the data set. */
export interface Added {
  readonly id: string;
  /** Bytes of the trace when it was added. */
  readonly bytes: number;
  /** The process still ran: its rows are in files of their own, which are replaced when there is more. */
  readonly running?: boolean;
}

interface Entry {
  readonly format: 1;
  /** The directory in which its files were written. */
  readonly staged: string;
  /** Relative to the data set, with `/`. */
  readonly files: readonly string[];
  /** Files of the batch that it replaces, without those that have the same name. */
  readonly old: readonly string[];
  readonly traces: readonly Added[];
}

const DIRECTORY = "_gotrace";
const ENTRY = /^[^.]+\.json$/;

/** The journal of a data set, held by one process at a time. */
export class Journal {
  /** By id of the trace. */
  readonly traces = new Map<string, Added>();
  private readonly entries = new Map<string, Entry>();

  private constructor(
    private readonly dataset: string,
    private readonly directory: string,
  ) {}

  /**
   * Opens the journal, and completes or removes what a run that did not end has left.
   * @param dataset absolute path; created if it does not exist
   * @throws UserError when another process has it open, or it cannot be read or written
   */
  static open(dataset: string): Journal {
    const directory = join(dataset, DIRECTORY);
    try {
      makeDirectories(directory);
      lock(join(directory, "lock"), dataset);
    } catch (error) {
      throw error instanceof UserError ? error : cannotWrite(dataset, error);
    }
    const journal = new Journal(dataset, directory);
    try {
      journal.recover();
      return journal;
    } catch (error) {
      journal.close();
      throw error instanceof UserError ? error : cannotWrite(dataset, error);
    }
  }

  close(): void {
    rmSync(join(this.directory, "lock"), { force: true });
  }

  /** Begins a batch. @param name of its files, without the ending; a batch replaces an older one of the same name */
  begin(name: string): Batch {
    const staged = `${name}-${randomBytes(4).toString("hex")}.staged`;
    makeDirectories(join(this.directory, staged));
    return new Batch(join(this.directory, staged), (files, traces) => {
      const old = this.entries.get(name)?.files.filter((file) => !files.includes(file)) ?? [];
      this.commit(name, { format: 1, staged, files, old, traces });
    });
  }

  private commit(name: string, entry: Entry): void {
    const path = join(this.directory, `${name}.json`);
    const descriptor = openSync(`${path}.tmp`, "w");
    try {
      writeFully(descriptor, Buffer.from(`${JSON.stringify(entry)}\n`));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(`${path}.tmp`, path);
    this.entries.set(name, entry);
    this.publish(entry);
    for (const trace of entry.traces) this.traces.set(trace.id, trace);
  }

  /** Moves what is staged to its places; may be done again after a crash. */
  private publish({ staged, files, old }: Entry): void {
    const from = join(this.directory, staged);
    const waiting = new Set(namesIn(from));
    for (const file of files) {
      const name = stagedName(file);
      if (!waiting.has(name)) continue;
      const to = join(this.dataset, file);
      makeDirectories(dirname(to));
      renameSync(join(from, name), to);
    }
    for (const file of old) rmSync(join(this.dataset, file), { force: true });
    rmSync(from, { recursive: true, force: true });
  }

  private recover(): void {
    const names = namesIn(this.directory);
    const byStaged = new Map<string, Entry>();
    for (const name of names.filter((name) => ENTRY.test(name))) {
      const entry = readEntry(join(this.directory, name));
      this.entries.set(name.slice(0, -".json".length), entry);
      byStaged.set(entry.staged, entry);
      for (const trace of entry.traces) this.traces.set(trace.id, trace);
    }
    for (const name of names) {
      if (name.endsWith(".tmp")) rmSync(join(this.directory, name), { force: true });
      if (!name.endsWith(".staged")) continue;
      const entry = byStaged.get(name);
      if (entry !== undefined) this.publish(entry);
      else rmSync(join(this.directory, name), { recursive: true, force: true });
    }
  }
}

/** New files of a data set, which count together or not at all. */
export class Batch {
  /** By path in the data set. */
  private readonly open = new Map<string, { readonly descriptor: number; bytes: number }>();

  constructor(
    private readonly directory: string,
    private readonly commitAll: (files: readonly string[], traces: readonly Added[]) => void,
  ) {}

  /** Appends to a file. @param file its path in the data set, with `/` @returns bytes of the file */
  write(file: string, bytes: Uint8Array): number {
    let found = this.open.get(file);
    if (found === undefined) {
      found = { descriptor: openSync(join(this.directory, stagedName(file)), "wx"), bytes: 0 };
      this.open.set(file, found);
    }
    writeFully(found.descriptor, bytes);
    found.bytes += bytes.length;
    return found.bytes;
  }

  /** Makes the files part of the data set. */
  commit(traces: readonly Added[]): void {
    for (const { descriptor } of this.open.values()) {
      fsyncSync(descriptor);
      closeSync(descriptor);
    }
    this.commitAll([...this.open.keys()], traces);
    this.open.clear();
  }

  /** Closes the files of a batch that is given up; the next run removes them. */
  abandon(): void {
    for (const { descriptor } of this.open.values()) closeSync(descriptor);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** There is one file of each table in a batch. */
function stagedName(file: string): string {
  return `${file.slice(0, file.indexOf("/"))}.parquet`;
}

function readEntry(path: string): Entry {
  try {
    const entry = JSON.parse(readFileSync(path, "utf8")) as Entry;
    if (entry.format === 1 && Array.isArray(entry.files) && Array.isArray(entry.traces)) return entry;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UserError(
    `${path} is not what gotrace wrote there`,
    "export all traces again into a new directory",
    ExitCode.data,
  );
}

/** Takes the lock, also from a process of this machine that no longer runs. @throws UserError when another process has it */
function lock(path: string, dataset: string): void {
  for (let tries = 0; ; tries++) {
    try {
      writeFileSync(path, `${process.pid} ${hostname()}\n`, { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const [pid, host] = readFileSync(path, "utf8").trim().split(" ");
      const isHere = host === hostname();
      if (tries === 0 && isHere && !isAlive(Number(pid))) rmSync(path, { force: true });
      else {
        throw new UserError(
          `another gotrace adds to ${dataset}: process ${pid} on ${host}`,
          `wait until it has ended; if it was killed, remove ${path}`,
          ExitCode.usage,
        );
      }
    }
  }
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function cannotWrite(dataset: string, error: unknown): UserError {
  return new UserError(
    `-o: cannot add to ${dataset}: ${messageOf(error)}`,
    "name a directory that can be written",
    ExitCode.cannotCreate,
  );
}
