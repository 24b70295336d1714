/**
 * Judges candidates while a program runs. For a condition about the states of calls, such as `db.Query.lock > 10ms`, the program
 * writes a snapshot when a call took as long, for it does not know the states (runtime-go/candidate.go). Its name ends in
 * `.candidate`. Another thread reads it (judge-worker.ts): if the condition held, it takes that ending off, and else it removes
 * the file. The program writes the next one after that.
 */
import { once } from "node:events";
import { renameSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { attempt, messageOf } from "../../base/errors.js";
import { resource } from "../resources.js";

const ENDING = ".candidate";

/** What the thread is to judge. */
export interface JudgeTask {
  readonly path: string;
  /** In the language of assertions. */
  readonly conditions: readonly string[];
}

/** What the thread says of it. */
export interface Judgement {
  /** The calls that took long enough and whose states are known. */
  readonly looked: number;
  readonly isKept: boolean;
  readonly why: string;
}

/** Whether a file is a candidate, by its name. */
export function isCandidate(name: string): boolean {
  return name.endsWith(ENDING);
}

/** Makes a candidate a snapshot like others. */
export function keepCandidate(path: string): void {
  renameSync(path, path.slice(0, -ENDING.length));
}

/** Judges candidates one after another. */
export class CandidateJudge {
  /** Calls that were looked at. */
  looked = 0;
  /** Candidates that were judged, and those of them that were kept. */
  judged = 0;
  kept = 0;
  private worker: Worker | undefined;
  private readonly waiting: string[] = [];
  private working: Promise<void> | undefined;
  private readonly ending = new AbortController();

  /** @param log prints a line if `-v` is given */
  constructor(
    private readonly conditions: readonly string[],
    private readonly log: (line: string) => void,
  ) {}

  /** Takes a candidate that has got its states. */
  add(path: string): void {
    this.waiting.push(path);
    this.working ??= this.work();
  }

  /** Resolves when all are judged. */
  async end(): Promise<void> {
    this.ending.abort();
    this.worker?.ref();
    await this.working;
    await this.worker?.terminate();
  }

  /** Judges what waits, and rests after each for as long as that took: the program needs the processors. */
  private async work(): Promise<void> {
    for (let path = this.waiting.shift(); path !== undefined; path = this.waiting.shift()) {
      const since = performance.now();
      const { looked, isKept, why } = await this.judge(path);
      this.judged++;
      this.looked += looked;
      if (isKept) this.kept++;
      this.log(`${basename(path)} is ${isKept ? "kept" : "removed"}: ${why}`);
      const rest = { ref: false, signal: this.ending.signal };
      await sleep(performance.now() - since, undefined, rest).catch(() => undefined);
    }
    this.working = undefined;
  }

  private async judge(path: string): Promise<Judgement> {
    try {
      this.worker ??= this.start();
      const task: JudgeTask = { path, conditions: this.conditions };
      this.worker.postMessage(task);
      const [judgement] = await once(this.worker, "message");
      return judgement;
    } catch (error) {
      this.worker = undefined;
      attempt(() => keepCandidate(path));
      return { looked: 0, isKept: true, why: messageOf(error) };
    }
  }

  private start(): Worker {
    const worker = new Worker(resource("judge-worker.js"));
    if (!this.ending.signal.aborted) worker.unref();
    return worker;
  }
}
