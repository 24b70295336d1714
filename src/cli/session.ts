/** One invocation of the command: where it runs, what it says on standard error, its temporary workspace. */

import { constants } from "node:os";
import { resolve } from "node:path";
import { ExitCode, Interrupted, messageOf, UserError } from "../base/errors.js";
import { cacheRoot, openCache, pruneCache } from "../gotool/cache.js";
import type { GoContext } from "../gotool/run-go.js";
import type { SessionOptions } from "./options.js";
import { say } from "./say.js";
import { workingDirectory } from "./working-directory.js";
import { type TemporaryDirectory, temporaryDirectory } from "./workspace.js";

/** Signals that end gotrace while no program of the user runs. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * See the module's comment. From the start a signal ends a running `go` and is then thrown as {@link Interrupted}, so
 * that the workspace is removed; {@link delegateSignals} leaves signals to others.
 */
export class Session {
  /** Absolute. Keeps the name that the user knows where the path holds symbolic links, as go does. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly verbose: boolean;
  readonly go: GoContext;
  /** Fulfilled when a `go` runs for the first time. */
  readonly goRuns: Promise<void>;
  readonly #keep: boolean;
  /** Where the command was started: what relative paths in the environment are relative to. */
  readonly #start: string;
  #cache: string | undefined;
  #workspace: TemporaryDirectory | undefined;
  readonly #interrupt = new AbortController();
  readonly #onSignal = (signal: NodeJS.Signals) =>
    this.#interrupt.abort(new Interrupted(128 + constants.signals[signal]));

  /** @throws UserError when the directory does not exist */
  constructor({ verbose, keepWorkspace, directory }: SessionOptions) {
    this.verbose = verbose;
    this.#keep = keepWorkspace;
    this.env = { ...process.env };
    this.#start = workingDirectory(this.env);
    if (directory !== undefined) {
      try {
        process.chdir(directory);
      } catch (error) {
        throw new UserError(`-C: ${messageOf(error)}`, "name a directory that exists", ExitCode.noInput);
      }
      this.env.PWD = process.cwd();
    }
    this.cwd = workingDirectory(this.env);
    let onStarted = () => {};
    this.goRuns = new Promise((resolve) => {
      onStarted = resolve;
    });
    const onCommand = (line: string) => this.log(line);
    this.go = { cwd: this.cwd, env: this.env, onCommand, onStarted, signal: this.#interrupt.signal };
    this.#guard();
  }

  #guard(): void {
    for (const signal of endings) process.on(signal, this.#onSignal);
  }

  /** Leaves signals to `work`, which listens to them from its first step on. @throws Interrupted when one came before */
  async delegateSignals<T>(work: () => Promise<T>): Promise<T> {
    this.#interrupt.signal.throwIfAborted();
    const working = work();
    // Only now: by its first wait `work` has set up its own listeners, so no signal goes unhandled.
    for (const signal of endings) process.off(signal, this.#onSignal);
    try {
      return await working;
    } finally {
      this.#guard();
    }
  }

  /**
   * Has signals end gotrace at once while `work` runs, as without listeners: a listener would not hear of
   * them before work that computes is done. @throws Interrupted when one came before
   */
  async withDefaultSignals<T>(work: () => Promise<T>): Promise<T> {
    this.#interrupt.signal.throwIfAborted();
    for (const signal of endings) process.off(signal, this.#onSignal);
    try {
      return await work();
    } finally {
      this.#guard();
    }
  }

  /** The root of the cache, made when first needed. @throws UserError when that fails */
  get cache(): string {
    this.#cache ??= openCache(this.env, this.#start);
    return this.#cache;
  }

  /** Where the cache would be: for what only reads it. */
  get cachePath(): string {
    return resolve(this.#start, cacheRoot(this.env));
  }

  /** A line of `-v`. */
  log(line: string): void {
    if (this.verbose) say(line);
  }

  /** A line that the user should see in any case. */
  warn(line: string): void {
    say(line);
  }

  /** The temporary workspace, made when first needed. @throws UserError when there is no place for it */
  workspace(): string {
    if (this.#workspace === undefined) {
      try {
        this.#workspace = temporaryDirectory("gotrace", this.#start);
      } catch (error) {
        throw new UserError(
          `cannot create a workspace: ${messageOf(error)}`,
          "set TMPDIR to a directory with free space that gotrace may write to",
          ExitCode.cannotCreate,
        );
      }
      this.log(`workspace ${this.#workspace.path}`);
    }
    return this.#workspace.path;
  }

  /**
   * Removes the workspace, or says where it is with `--keep-workspace`; and what the cache has held too long. The session may go on
   * without them.
   */
  close(): void {
    if (this.#cache !== undefined) pruneCache(this.#cache);
    if (this.#workspace === undefined) return;
    if (this.#keep) this.warn(`workspace kept in ${this.#workspace.path}`);
    else this.#workspace.remove();
    this.#workspace = undefined;
  }
}
