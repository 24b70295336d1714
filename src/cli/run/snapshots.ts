/** Snapshots of a run: where its processes write them, and a line on standard error for each. */

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { attempt, ExitCode, messageOf, UserError } from "../../base/errors.js";
import { formatCount, formatNumberOf } from "../../base/units.js";
import { quoteWord } from "../../base/words.js";
import { namePattern, nearestName, partCondition } from "../../callstats/index.js";
import { notePatches, type ProcessTrace, snapshotCause } from "../../calltrace/index.js";
import { snapshotLine } from "../../render/snapshot.js";
import type { RecordOptions } from "../options.js";
import type { Session } from "../session.js";
import { openFile, patchFile } from "../trace-files.js";
import { processesOf, saveBundle } from "./bundle.js";
import { CandidateJudge, isCandidate } from "./candidates.js";
import { isAlive, processIdOf } from "./writing-process.js";

/** Where the snapshots of a run go. */
export interface Dumps {
  readonly directory: string;
  /** The conditions, as the processes read them; empty if there are none. */
  readonly when: string;
  /** Those about the states of calls. */
  readonly ofStates: readonly string[];
  /** Variables for the program. */
  readonly env: Readonly<Record<string, string>>;
}

const DIRECTORY = "gotrace-snapshots";

/**
 * Where the snapshots of a run go; undefined if its processes have no ring, and so no snapshots.
 * @throws UserError for flags about snapshots without a ring, for a system without them, and for a directory that cannot be made
 */
export function dumpsOf(session: Session, { dumps, recorder }: RecordOptions): Dumps | undefined {
  const { GOTRACE_RING, GOTRACE_DUMP_WHEN, GOTRACE_DUMP_DIR } = session.env;
  const when = dumps.variables.GOTRACE_DUMP_WHEN ?? GOTRACE_DUMP_WHEN ?? "";
  if (when === "" && !(recorder.GOTRACE_RING ?? GOTRACE_RING)) {
    if (dumps.directory === undefined && Object.keys(dumps.variables).length === 0) return undefined;
    throw new UserError("there are no snapshots without a ring", "add --dump-when, --ring or --last", ExitCode.usage);
  }
  if (process.platform === "win32" && when !== "" && when !== "exit") {
    throw new UserError("there are no snapshots on Windows", "leave --dump-when out", ExitCode.unavailable);
  }
  const directory = resolve(session.cwd, dumps.directory ?? (GOTRACE_DUMP_DIR || DIRECTORY));
  if (dumps.directory !== undefined) makeDirectory(directory);
  const ofStates = when.split(/[;\n]/).filter((condition) => partCondition(condition) !== undefined);
  const candidates = ofStates.length > 0 ? "1" : "0";
  const env = { ...dumps.variables, GOTRACE_DUMP_DIR: directory, GOTRACE_DUMP_CANDIDATES: candidates };
  return { directory, when, ofStates, env };
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    const advice = "name a directory that can be written";
    throw new UserError(`--dump-dir: cannot make ${directory}: ${messageOf(error)}`, advice, ExitCode.cannotCreate);
  }
}

/** Reports the snapshots that the processes of a run write. The caller calls {@link look} regularly. */
export class SnapshotWatch {
  readonly #seen: Set<string>;
  readonly #judge: CandidateJudge;

  /**
   * @param traces the directory of the run's traces
   * @param say prints a line for the user
   */
  constructor(
    private readonly session: Session,
    private readonly dumps: Dumps,
    private readonly traces: string,
    private readonly say: (line: string) => void,
  ) {
    this.#seen = new Set(snapshotsIn(dumps.directory));
    this.#judge = new CandidateJudge(dumps.ofStates, (line) => session.log(line));
  }

  /**
   * Prints a line for each new snapshot of the run's processes: other runs may use the same directory.
   * @param isEnd nothing is written any more
   */
  look(isEnd = false): void {
    const added = snapshotsIn(this.dumps.directory).filter((name) => !this.#seen.has(name));
    if (added.length === 0) return;
    const isOf = this.#owners();
    for (const name of added) {
      const isOwn = isOf(name);
      if (isOwn && !isEnd && awaitsStates(join(this.dumps.directory, name))) continue;
      this.#seen.add(name);
      if (isOwn && isCandidate(name)) this.#judge.add(join(this.dumps.directory, name));
      else if (isOwn) attempt(() => this.#tell(name));
    }
  }

  /** Whether a snapshot, by its name, is of a process of this run. */
  #owners(): (name: string) => boolean {
    const own = new Set(namesIn(this.traces).map(processIdOf));
    return (name) => own.has(writerOf(name));
  }

  /** Removes what processes that were killed have left of the snapshots that they were writing. */
  #removeUnfinished(): void {
    const names = namesIn(this.dumps.directory).filter((name) => UNFINISHED.test(name));
    for (const name of names.filter(this.#owners())) {
      if (!isAlive(writerOf(name))) attempt(() => rmSync(join(this.dumps.directory, name)));
    }
  }

  /**
   * At the end of the run: judges what is left to judge, copies the traces if that was asked for, and says which triggers were
   * not met and why.
   */
  async end(paths: readonly string[]): Promise<void> {
    this.look(true);
    await this.#judge.end();
    this.look(true);
    this.#removeUnfinished();
    const files = paths.map(openFile);
    try {
      if (this.dumps.when.split(";").some((condition) => condition.trim() === "exit")) {
        for (const file of files) {
          const process = processesOf(file)[0];
          if (process === undefined) continue;
          makeDirectory(this.dumps.directory);
          const name = exitName(process);
          const path = join(this.dumps.directory, name);
          saveBundle(path, "--dump-dir", [file]);
          addCause(path);
          this.#seen.add(name);
          this.#tell(name);
        }
      }
      const processes = files.flatMap(processesOf);
      for (const process of processes) this.#tellSkipped(process);
      this.#tellJudged(processes);
      this.#tellUnknown(processes);
    } finally {
      for (const file of files) file.close();
    }
  }

  #tell(name: string): void {
    const path = join(this.dumps.directory, name);
    const file = openFile(path);
    try {
      const [process] = processesOf(file);
      const cause = process && snapshotCause(process);
      const shown = relative(this.session.cwd, path);
      const word = quoteWord(shown.startsWith("..") ? path : shown);
      if (cause !== undefined) this.say(`${snapshotLine(process.info.pid, cause)}: ${word}`);
    } finally {
      file.close();
    }
  }

  /** A function that was never called may be a misspelt one. */
  #tellUnknown(processes: readonly ProcessTrace[]): void {
    const names = new Set(processes.flatMap(({ definitions }) => [...definitions.values()].map(({ name }) => name)));
    if (names.size === 0) return;
    for (const condition of this.dumps.when.split(";")) {
      const wanted = functionIn(condition);
      if (wanted === undefined || [...names].some(namePattern(wanted).matches)) continue;
      const near = nearestName(wanted, names);
      const advice = near === undefined ? "" : `; did you mean ${near}?`;
      this.say(`--dump-when ${JSON.stringify(condition.trim())}: no such function was called${advice}`);
    }
  }

  /** How much was looked at for conditions about states. */
  #tellJudged(processes: readonly ProcessTrace[]): void {
    const { looked, judged, kept } = this.#judge;
    const calls = processes.reduce((sum, { control }) => sum + Number(control?.numbers.stateCalls ?? 0), 0);
    if (judged + calls === 0) return;
    const seen = Math.min(looked, calls);
    const rest = calls - seen;
    this.say(
      `conditions about states: of ${formatNumberOf(calls, "call")} that took as long, ${formatCount(seen)} ${seen === 1 ? "was" : "were"} looked at in ${formatNumberOf(judged, "snapshot")}, of which ${formatCount(kept)} ${kept === 1 ? "was" : "were"} kept${rest === 0 ? "" : `; what the other ${formatCount(rest)} waited for is not known`}`,
    );
  }

  #tellSkipped({ control, info: { pid } }: ProcessTrace): void {
    if (control === undefined) return;
    const { skipped, failed, wrongWhen } = control.numbers;
    if (skipped > 0n) {
      const times = formatNumberOf(Number(skipped), "more time");
      this.say(`process ${pid}: conditions for snapshots were met ${times}, too soon after one (--dump-every)`);
    }
    if (failed > 0n) {
      const what = formatNumberOf(Number(failed), "snapshot");
      this.say(`process ${pid}: ${what} could not be written in ${this.dumps.directory}`);
    }
    if (wrongWhen === 0n) return;
    const wrong = this.dumps.when.split(/[;\n]/)[Number(wrongWhen) - 1]?.trim();
    if (this.dumps.ofStates.some((condition) => condition.trim() === wrong)) {
      this.say(
        `process ${pid} does not know the states of its calls, and so not whether ${wrong}: build it with --states`,
      );
    } else this.say(`process ${pid} does not understand condition ${wrongWhen} of GOTRACE_DUMP_WHEN`);
  }
}

/** Whether the states of its calls are still to be appended to a snapshot. */
function awaitsStates(path: string): boolean {
  let awaits = false;
  attempt(() => {
    const file = openFile(path);
    awaits = processesOf(file)[0]?.control?.states === "on";
    file.close();
  });
  return awaits;
}

/** The name of a function in a condition such as `db.Query.time > 5ms`. */
function functionIn(condition: string): string | undefined {
  return /^\s*(.+)\.(?:[a-z-]+\s*>.*|panics\s*)$/s.exec(condition)?.[1];
}

const SNAPSHOT = /^\d{8}T[\d.]+Z-\d+-.+\.gotrace(\.candidate)?$/;
const UNFINISHED = /^\d{8}T[\d.]+Z-\d+-.+\.gotrace(\.candidate)?\.part$/;

/** The id of the process that writes a snapshot. */
function writerOf(name: string): number {
  return Number(name.split("-")[1]);
}

/** Names of the snapshots in a directory; none if there is no such directory. */
function snapshotsIn(directory: string): string[] {
  return namesIn(directory).filter((name) => SNAPSHOT.test(name));
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** `20261129T094155.123Z-4711-exit.gotrace`, beside those of the process itself. */
function exitName({ info }: ProcessTrace): string {
  const end = new Date((info.startWall + (info.end ?? 0)) / 1e6);
  return `${end.toISOString().replace(/[-:]/g, "")}-${info.pid}-exit.gotrace`;
}

function addCause(path: string): void {
  const file = openFile(path);
  try {
    const [process] = processesOf(file);
    patchFile(path, 0, notePatches(process, [{ snapshot: { trigger: "exit" } }]));
  } finally {
    file.close();
  }
}
