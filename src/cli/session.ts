/** One invocation of gotrace: its working directory, environment, messages, signal handling and temporary workspace. */

import { constants } from "node:os";
import { resolve } from "node:path";
import { ExitCode, Interrupted, messageOf, UserError } from "../base/errors.js";
import { cacheRoot, openCache } from "../gotool/cache.js";
import { pruneCache } from "../gotool/prune-cache.js";
import type { GoContext } from "../gotool/run-go.js";
import type { SessionOptions } from "./options.js";
import { say } from "./say.js";
import { workingDirectory } from "./working-directory.js";
import { expectTemporaryDirectory, type TemporaryDirectory, temporaryDirectory, temporaryRoot } from "./workspace.js";

/** Signals that end gotrace, except while a traced program handles them. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * See the module's comment. From its creation on, a signal ends a running `go` command, which then throws
 * {@link Interrupted} so that the workspace is removed. {@link delegateSignals} and {@link withDefaultSignals} suspend that.
 */
export class Session {
  /** Absolute path. Like go, keeps the path the user knows (PWD) if it contains symbolic links. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly verbose: boolean;
  readonly keepsWorkspace: boolean;
  readonly go: GoContext;
  /** Resolves when the first `go` command has started. */
  readonly goRuns: Promise<void>;
  /** Where gotrace was started, before `-C`: relative paths in the environment start there. */
  readonly #start: string;
  #cache: string | undefined;
  #workspace: TemporaryDirectory | undefined;
  readonly #interrupt = new AbortController();
  readonly #onSignal = (signal: NodeJS.Signals) =>
    this.#interrupt.abort(new Interrupted(128 + constants.signals[signal]));

  /** Changes to the directory of `-C`. @throws UserError when it does not exist */
  constructor({ verbose, keepWorkspace, directory }: SessionOptions) {
    this.verbose = verbose;
    this.keepsWorkspace = keepWorkspace;
    this.env = { ...process.env };
    this.#start = workingDirectory(this.env);
    if (directory !== undefined) {
      try {
        process.chdir(directory);
      } catch (error) {
        throw new UserError(
          `-C: cannot change to ${directory}: ${messageOf(error)}`,
          "name a directory that exists and that you may enter",
          ExitCode.noInput,
        );
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

  /** Leaves signals to `work`, which installs its listeners before it first waits. @throws Interrupted if one came before */
  async delegateSignals<T>(work: () => Promise<T>): Promise<T> {
    this.#interrupt.signal.throwIfAborted();
    const working = work();
    // Not earlier: `work` has now installed its listeners, so no signal goes unhandled.
    for (const signal of endings) process.off(signal, this.#onSignal);
    try {
      return await working;
    } finally {
      this.#guard();
    }
  }

  /**
   * Lets signals end gotrace at once while `work` runs. A listener would not do: Node calls it only after synchronous
   * work is done. @throws Interrupted if one came before
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

  /** The root of the cache, created when first needed. @throws UserError when that fails */
  get cache(): string {
    this.#cache ??= openCache(this.env, this.#start);
    return this.#cache;
  }

  /** The root of the cache, which may not exist yet: for code that only reads it. */
  get cachePath(): string {
    return resolve(this.#start, cacheRoot(this.env));
  }

  /** Prints a line if `-v` is given. */
  log(line: string): void {
    if (this.verbose) say(line);
  }

  /** Prints a line that the user should always see. */
  warn(line: string): void {
    say(line);
  }

  /** Checks that temporary files can be created, which go needs as well. @throws UserError if TMPDIR is unusable */
  checkTemporary(): void {
    temporaryRoot(this.#start);
  }

  /** Loads ahead of time what {@link workspace} needs. */
  expectWorkspace(): void {
    void expectTemporaryDirectory(this.#start);
  }

  /** The temporary workspace, created when first needed. @throws UserError when it cannot be created */
  async workspace(): Promise<string> {
    if (this.#workspace === undefined) {
      this.#workspace = await temporaryDirectory("gotrace", this.#start);
      this.log(`workspace ${this.#workspace.path}`);
    }
    return this.#workspace.path;
  }

  /**
   * Removes the workspace (with `--keep-workspace` it only says where that is) and old entries of the cache. The session
   * can still be used.
   */
  close(): void {
    if (this.#cache !== undefined) pruneCache(this.#cache);
    if (this.#workspace === undefined) return;
    if (this.keepsWorkspace) this.warn(`workspace kept in ${this.#workspace.path}`);
    else this.#workspace.remove();
    this.#workspace = undefined;
  }
}
