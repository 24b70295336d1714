/** `gotrace report --format parquet --append -o DIR`: adds the traces of a fleet to a data set, each once. */

import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { formatNumberOf } from "../../base/units.js";
import { type Recording, readRecording } from "../../calltree/index.js";
import { DatasetFiles, type DatasetPiece, partitionPath } from "../../export/dataset.js";
import type { ReportOptions } from "../options.js";
import { withProgress } from "../progress.js";
import { joined } from "../report/states.js";
import type { Session } from "../session.js";
import { hasBegun, type OpenFile, openFile, openNamed } from "../trace-files.js";
import { packageVersion } from "../version.js";
import { Builds } from "./build-of.js";
import { type Added, type Batch, Journal } from "./journal.js";
import { fleetFiles, type Surveyed, sourceOf, survey } from "./survey.js";

/** From this size on, in bytes, a file of calls is complete. */
const FILE_MAX = 256 << 20;

/** What the command line says of the traces. */
export interface FleetOptions {
  /** `--host`. */
  readonly host: string | undefined;
  /** `--build`. */
  readonly build: string | undefined;
}

/**
 * Adds the traces that the data set does not have yet.
 *
 * @param words files and directories
 * @returns the exit code
 * @throws UserError when a path cannot be read, or the data set cannot be written
 */
export async function appendTraces(
  session: Session,
  options: ReportOptions,
  words: readonly string[],
  fleet: FleetOptions,
): Promise<number> {
  const dataset = resolve(session.cwd, options.output!);
  const files = fleetFiles(words, session.cwd, fleet.host);
  if (files.length === 0) {
    throw new UserError(`no trace in ${words.join(", ")}`, "name directories that GOTRACE_OUT named", ExitCode.noInput);
  }
  const journal = Journal.open(dataset);
  try {
    const appending = new Appending(session, options, journal, fleet.build);
    const chosen = appending.choose(files.flatMap((file) => appending.tolerating(() => survey(file), file.path) ?? []));
    const size = chosen.reduce((sum, { bytes }) => sum + bytes, 0);
    await appending.open(chosen.filter(({ running }) => running));
    withProgress("adding traces", (progress) => appending.add(chosen, (done) => progress(done, size)), size);
    appending.tell(options.output!, chosen);
    return appending.damaged ? ExitCode.data : 0;
  } finally {
    journal.close();
  }
}

/** A process to add. */
interface Chosen extends Surveyed {
  /** It runs, or ran when it was added: its files are its own. */
  readonly own: boolean;
}

class Appending {
  /** Whether a part of a trace could not be read. */
  damaged = false;
  private readonly builds = new Builds();
  private known = 0;
  private grown: Surveyed[] = [];
  private done = 0;
  private readonly opened = new Map<string, OpenFile>();

  constructor(
    private readonly session: Session,
    private readonly options: ReportOptions,
    private readonly journal: Journal,
    private readonly build: string | undefined,
  ) {}

  /** What `work` returns; undefined, with a warning, if it says that a trace cannot be read. */
  tolerating<T>(work: () => T, path: string): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.session.warn(error.message.includes(path) ? error.message : `${path}: ${error.message}`);
      this.damaged = true;
      return undefined;
    }
  }

  /** The processes that the data set does not have, or has only in part, in the order of its partitions. */
  choose(found: readonly Surveyed[]): Chosen[] {
    const byId = new Map(found.map((one) => [one.id, one]));
    const chosen = [...byId.values()].flatMap((one): Chosen[] => {
      const before = this.journal.traces.get(one.id);
      if (before === undefined) return [{ ...one, own: one.running }];
      if (before.running) return [{ ...one, own: true }];
      this.known++;
      if (!before.running && one.bytes > before.bytes) this.grown.push(one);
      return [];
    });
    const key = (one: Chosen) => (one.own ? `~${one.id}` : partitionPath("calls", one.partition));
    const keyed = chosen.map((one) => ({ one, key: key(one) }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.one.began - b.one.began));
    return keyed.map(({ one }) => one);
  }

  add(chosen: readonly Chosen[], progress: (bytes: number) => void): void {
    let bytes = 0;
    let batch: OpenBatch | undefined;
    try {
      for (const one of chosen) {
        if (batch !== undefined && !batch.takes(one)) {
          batch.commit();
          batch = undefined;
        }
        batch ??= new OpenBatch(this.journal, one);
        this.addTo(batch, one);
        bytes += one.bytes;
        progress(bytes);
      }
      batch?.commit();
    } catch (error) {
      batch?.abandon();
      throw error;
    }
  }

  /** Opens traces that are being written: of a ring, that takes a copy. */
  async open(chosen: readonly Chosen[]): Promise<void> {
    for (const { path } of chosen) {
      try {
        const [file] = await openNamed([path]);
        this.opened.set(path, file);
      } catch (error) {
        this.tolerating(() => {
          throw error;
        }, path);
      }
    }
  }

  tell(output: string, chosen: readonly Surveyed[]): void {
    const { grown, known, session } = this;
    const hosts = new Set(chosen.map(({ partition }) => partition.host)).size;
    const from = hosts > 1 ? ` of ${formatNumberOf(hosts, "host")}` : "";
    const before = known > 0 ? `; ${known.toLocaleString("en-US")} were there already` : "";
    session.warn(`added ${formatNumberOf(this.done, "process", "processes")}${from} to ${output}${before}`);
    if (grown.length === 0) return;
    const which = `${grown[0].path}${grown.length > 1 ? ` and ${grown.length - 1} more` : ""}`;
    session.warn(
      `${which}: the trace has grown since it was added, and what is new is left out: copy traces of other machines when their processes have ended`,
    );
  }

  private addTo(batch: OpenBatch, one: Chosen): void {
    const file = this.opened.get(one.path) ?? this.tolerating(() => openFile(one.path), one.path);
    if (file === undefined) return;
    try {
      if (!hasBegun(file)) return;
      const recording = this.tolerating(() => this.read(sourceOf(file.source, one), one.path), one.path);
      if (recording === undefined) return;
      const build = this.build ?? one.build ?? (one.executable && this.builds.of(one.executable, one.began));
      batch.add(recording, one, build);
      this.done++;
    } finally {
      file.close();
    }
  }

  private read(source: Parameters<typeof readRecording>[0], path: string): Recording {
    const recording = readRecording(source, { select: this.options.select });
    const { forest } = recording;
    for (const { problem } of [forest, ...forest.processes]) {
      if (problem === undefined) continue;
      this.session.warn(
        `${path}: damaged at offset ${problem.offset}: ${problem.message}; what could be read was used`,
      );
      this.damaged = true;
    }
    if (!recording.isJoinable) return recording;
    return this.tolerating(() => joined(recording, (text) => this.session.warn(text)), path) ?? recording;
  }
}

/** A batch that is being written: processes of one partition, or one process that runs. */
class OpenBatch {
  private readonly files = new DatasetFiles(packageVersion());
  private readonly traces: Added[] = [];
  private readonly name: string;
  private readonly batch: Batch;
  private bytes = 0;

  constructor(
    journal: Journal,
    private readonly first: Chosen,
  ) {
    const now = new Date().toISOString().replace(/[-:]|\..*/g, "");
    this.name = first.own ? first.id : `${now}-${randomBytes(4).toString("hex")}`;
    this.batch = journal.begin(this.name);
  }

  /** Whether a process belongs here too. */
  takes({ own, partition }: Chosen): boolean {
    const { first, bytes } = this;
    const same = (["host", "binary", "date"] as const).every((key) => partition[key] === first.partition[key]);
    return !own && !first.own && same && bytes < FILE_MAX;
  }

  add(recording: Recording, { id, path, bytes, running }: Chosen, build: string | undefined): void {
    for (const piece of this.files.add(recording, { trace: id, file: path, build })) {
      if (piece !== undefined) this.write(piece);
    }
    this.traces.push({ id, bytes, ...(running ? { running } : {}) });
  }

  commit(): void {
    for (const piece of this.files.finish()) this.write(piece);
    if (this.traces.length === 0) this.batch.abandon();
    else this.batch.commit(this.traces);
  }

  abandon(): void {
    this.batch.abandon();
  }

  private write({ table, bytes }: DatasetPiece): void {
    const size = this.batch.write(`${partitionPath(table, this.first.partition)}/${this.name}.parquet`, bytes);
    if (table === "calls") this.bytes = size;
  }
}
