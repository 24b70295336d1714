/**
 * Follows the traces of a run, so that its tree is ready soon after its end. Another thread does the work (follow-worker.ts):
 * signals and the program's streams pass undisturbed. Whatever it does not deliver is read from the files in the usual way.
 */
import { Worker } from "node:worker_threads";
import { isGivenBack } from "../../calltrace/index.js";
import type { FollowedProcess } from "../../calltree/index.js";
import type { Format } from "../report/format.js";
import { resource } from "../resources.js";
import type { OpenFile } from "../trace-files.js";
import { processesOf } from "./bundle.js";
import { FollowBoard } from "./follow-board.js";
import type { RunDirectory } from "./run-directory.js";

/** A message to the thread: the program has ended; the traces are complete, and these are wanted. */
export type ToFollower = "ended" | { readonly paths: readonly string[] };

/** What the thread gets at its start. */
export interface FollowTask {
  /** Every process writes its trace here. */
  readonly directory: string;
  /** Bytes that each trace may take: from half of that on, what was read is given back. Undefined if nothing may be. */
  readonly limit: number | undefined;
  /** Collect the durations of calls by function. */
  readonly collectsDurations: boolean;
  /** And requests, which are calls of the functions that this names. */
  readonly requestRoot: string | undefined;
  /** Of a {@link FollowBoard}. */
  readonly board: SharedArrayBuffer;
}

/** What the thread sends for a trace that it has followed. */
export interface FollowOutcome {
  readonly path: string;
  readonly result: FollowedProcess | undefined;
  /** Why there is no result. */
  readonly why: string | undefined;
}

/** Runs that are shorter than this, in milliseconds, or have less to read, in bytes, are read at their end. */
const AFTER = 500;
const FROM = 4 << 20;

export class FollowedRun {
  private readonly since = performance.now();
  private worker: Worker | undefined;
  private hasFailed = false;
  private hasEnded = false;
  private readonly board = new FollowBoard();

  /**
   * @param recording where every process writes its trace
   * @param format of the report
   * @param log prints a line if `-v` is given
   */
  constructor(
    private readonly recording: Pick<RunDirectory, "directory" | "limit" | "givesBack">,
    private readonly format: Pick<Format, "collectsDurations" | "requestRoot">,
    private readonly log: (line: string) => void,
  ) {}

  /** Called from time to time while the program runs. @param written bytes of the traces so far */
  look(written: number): void {
    const { directory, limit, givesBack } = this.recording;
    if (this.worker !== undefined || this.hasEnded) return;
    if (written < Math.min(FROM, limit / 2) || performance.now() - this.since < AFTER) return;
    this.log("following the trace");
    // Of calls that are given back, later reports may want them.
    const { collectsDurations: isWanted = false, requestRoot } = this.format;
    const collectsDurations = isWanted || givesBack;
    const task: FollowTask = {
      ...{ directory, collectsDurations, requestRoot, board: this.board.buffer },
      limit: givesBack ? limit : undefined,
    };
    this.worker = new Worker(resource("follow-worker.js"), { workerData: task });
    this.worker.on("error", (error) => {
      this.hasFailed = true;
      this.log(`following has failed: ${error.message}`);
    });
    this.worker.unref();
  }

  /** Bytes of a trace that are read; undefined if it will not be followed, or not be given back. */
  readonly readOf = (name: string): number | undefined => {
    const { givesBack, limit } = this.recording;
    if (!givesBack || limit < FROM || this.hasFailed || this.hasEnded) return undefined;
    return this.board.isReady ? this.board.readOf(name) : 0;
  };

  /** The program has ended. */
  ended(): void {
    this.hasEnded = true;
    if (!this.board.isBehind) this.send("ended");
    else {
      this.log("the trace is read from its beginning: the program wrote faster than gotrace could read");
      this.close();
    }
  }

  /** The opened traces, complete by now, with what was counted. Those without have to be read. */
  async attach(files: readonly OpenFile[]): Promise<OpenFile[]> {
    const { worker } = this;
    if (worker === undefined || this.hasFailed) return [...files];
    // Of a process that still runs, more is to come; if it has given back its calls, what is there now is all there is to show.
    const isWanted = (file: OpenFile) => file.source.live === undefined || processesOf(file).some(isGivenBack);
    const paths = files.filter(isWanted).map(({ path }) => path);
    const outcomes = await new Promise<readonly FollowOutcome[]>((resolve) => {
      worker.ref();
      worker.once("message", resolve);
      worker.once("exit", () => resolve([]));
      this.send({ paths });
    });
    for (const { path, result, why } of outcomes) {
      this.log(result === undefined ? `${path} is read from its beginning: ${why}` : `${path} was followed`);
    }
    const results = new Map(outcomes.map(({ path, result }) => [path, result]));
    return files.map((file) => ({ ...file, followed: results.get(file.path) }));
  }

  private send(message: ToFollower): void {
    this.worker?.postMessage(message);
  }

  /** Ends the thread. */
  close(): void {
    void this.worker?.terminate();
    this.worker = undefined;
  }
}
