/**
 * The thread that follows the processes of a run: it counts their calls while they write their traces (follow-run.ts has the
 * other side). It has a low priority, because the program should not notice it.
 */
import { getPriority, setPriority } from "node:os";
import { basename, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { attempt, messageOf } from "../../base/errors.js";
import { namePattern } from "../../callstats/index.js";
import type { Patch } from "../../calltrace/index.js";
import { buffersOf, ProcessFollower } from "../../calltree/index.js";
import { readerThreads } from "../reader-threads.js";
import { type OpenFile, openFile, patchFile, tracesIn } from "../trace-files.js";
import { FOLLOWED_MOST, FollowBoard } from "./follow-board.js";
import type { FollowOutcome, FollowTask, ToFollower } from "./follow-run.js";

/** Milliseconds between two polls. What a process writes is visible far sooner, which {@link ProcessFollower} relies on. */
const PAUSE = 50;
/** Traces below this size, in bytes, are read when they are finished. */
const SMALL = 1 << 20;
/**
 * So much of a trace, in bytes, can be read when the program has ended. Of more, one part in as many as there are threads:
 * together they read all of it sooner.
 */
const CHEAP = 32 << 20;
const READERS = readerThreads().most;
/** Nice values: about a tenth of a processor where the program has all of them busy, or a quarter if it has to stay so. */
const NICE = 10;
const LESS_NICE = 4;

interface Followed {
  readonly file: OpenFile;
  readonly follower: ProcessFollower;
  /** Why it is not followed any more. */
  why?: string;
}

const { directory, limit, collectsDurations, ...task } = workerData as FollowTask;
const board = new FollowBoard(task.board);
const root = task.requestRoot === undefined ? {} : { requestRoot: namePattern(task.requestRoot) };
const followed = new Map<string, Followed>();
const now = () => process.hrtime.bigint();

yieldToProgram();
let timer = setTimeout(poll, 0);
parentPort!.on("message", (message: ToFollower) => {
  if (message === "ended") {
    clearTimeout(timer);
    drain();
  } else finish(message.paths);
});

function poll(): void {
  attempt(find);
  report();
  board.isReady = true;
  for (const one of followed.values()) {
    step(one, () => one.follower.poll());
    hasten(one);
  }
  report();
  timer = setTimeout(poll, PAUSE);
}

/** On Linux, priorities are those of the calling thread alone, and few may raise them again. */
function yieldToProgram(): void {
  if (process.platform !== "linux") return;
  attempt(() => setPriority(1));
  attempt(() => setPriority(0));
  const mayRaise = getPriority() === 0;
  attempt(() => setPriority(limit === undefined || mayRaise ? NICE : LESS_NICE));
}

/** Long before there is no space left for a trace, the thread takes the processor that it needs. */
function hasten({ file }: Followed): void {
  if (limit !== undefined && file.source.size > limit / 8 && process.platform === "linux") {
    attempt(() => setPriority(0));
  }
}

function find(): void {
  for (const name of tracesIn(directory)) {
    const path = join(directory, name);
    if (followed.size >= FOLLOWED_MOST || followed.has(path)) continue;
    const file = openFile(path);
    // A file without a header yet is looked at again.
    if (file.source.size >= SMALL) {
      const space =
        limit === undefined
          ? {}
          : { space: { limit, write: (patches: readonly Patch[]) => patchFile(path, 0, patches) } };
      attempt(() =>
        followed.set(path, {
          file,
          follower: new ProcessFollower(file.source, now, { collectsDurations, ...root, ...space }),
        }),
      );
    }
    if (!followed.has(path)) file.close();
  }
}

/** Tells the other side how far traces are read. */
function report(): void {
  let [size, behind] = [0, 0];
  let hasGiven = false;
  for (const [at, { file, follower, why }] of [...followed.values()].entries()) {
    board.tell(at, file.path, why === undefined ? follower.replayed : undefined);
    if (why !== undefined) continue;
    hasGiven ||= follower.hasGiven;
    size += file.source.size;
    behind += Math.max(0, file.source.size - follower.replayed);
  }
  // What was given back cannot be read anew, however long the rest takes.
  board.isBehind = !hasGiven && behind > Math.max(CHEAP, size / READERS);
}

/** The program has ended: reads the rest, as far as the end of the process need not be known. */
function drain(): void {
  if (process.platform === "linux") attempt(() => setPriority(0));
  for (const one of followed.values()) {
    // A poll replays what the one before the last has found.
    for (let time = 0; time < 3; time++) step(one, () => one.follower.poll());
  }
}

function finish(paths: readonly string[]): void {
  const outcomes: FollowOutcome[] = [];
  const buffers: ArrayBuffer[] = [];
  for (const path of paths) {
    const one = followed.get(path);
    if (one === undefined) continue;
    const result = step(one, () => one.follower.finish());
    outcomes.push({ path, result, why: one.why });
    if (result !== undefined) buffers.push(...buffersOf(result));
  }
  for (const { file } of followed.values()) file.close();
  parentPort!.postMessage(outcomes, buffers);
  parentPort!.close();
}

/** Whatever fails, the trace is still there to be read in the usual way. */
function step<T>(one: Followed, work: () => T): T | undefined {
  if (one.why !== undefined) return undefined;
  try {
    return work();
  } catch (error) {
    one.why = `${basename(one.file.path)}: ${messageOf(error)}`;
    return undefined;
  }
}
