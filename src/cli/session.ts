/** One invocation of the command: where it runs, what it says on standard error, its temporary workspace. */

import { mkdtempSync, rmSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ExitCode, Interrupted, messageOf, UserError } from "../base/errors.js";
import { cacheRoot, ensureDirectory } from "../gotool/cache.js";
import type { GoContext } from "../gotool/command.js";
import type { ParsedFlags } from "./flags.js";

/** Signals that end gotrace while no program of the user runs. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * See the module's comment. From the start a signal ends a running `go` and is then thrown as {@link Interrupted}, so
 * that the workspace is removed; {@link standAside} leaves signals to others.
 */
export class Session {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly verbose: boolean;
  readonly cache: string;
  readonly go: GoContext;
  readonly #keep: boolean;
  #workspace: string | undefined;
  readonly #interrupt = new AbortController();
  readonly #onSignal = (signal: NodeJS.Signals) =>
    this.#interrupt.abort(new Interrupted(128 + constants.signals[signal]));

  constructor(flags: ParsedFlags) {
    this.verbose = flags.has("verbose");
    this.#keep = flags.has("keep");
    this.env = { ...process.env };
    const directory = flags.string("C");
    if (directory !== undefined) {
      try {
        process.chdir(directory);
      } catch (error) {
        throw new UserError(`-C: ${messageOf(error)}`, "name a directory that exists", ExitCode.noInput);
      }
      this.env.PWD = resolve(".");
    }
    // PWD keeps the name that the user knows where the path holds symbolic links, as the go command does.
    this.cwd = process.cwd();
    this.cache = ensureDirectory(cacheRoot(this.env));
    this.go = { cwd: this.cwd, env: this.env, onCommand: (line) => this.log(line), signal: this.#interrupt.signal };
    this.#guard();
  }

  #guard(): void {
    for (const signal of endings) process.on(signal, this.#onSignal);
  }

  /** Leaves signals to `work`, or to their default. @throws Interrupted when one came before */
  async standAside<T>(work: () => Promise<T>): Promise<T> {
    this.#interrupt.signal.throwIfAborted();
    const working = work();
    // Only now: what `work` sets up before it first waits is in force, and no signal finds nobody.
    for (const signal of endings) process.off(signal, this.#onSignal);
    try {
      return await working;
    } finally {
      this.#guard();
    }
  }

  /** A line of `-v`. */
  log(line: string): void {
    if (this.verbose) process.stderr.write(`gotrace: ${line}\n`);
  }

  /** A line that the user should see in any case. */
  warn(line: string): void {
    process.stderr.write(`gotrace: ${line}\n`);
  }

  /** The temporary workspace, made when first needed. @throws UserError when there is no place for it */
  workspace(): string {
    if (this.#workspace === undefined) {
      try {
        this.#workspace = mkdtempSync(join(tmpdir(), "gotrace-"));
      } catch (error) {
        throw new UserError(
          `cannot create a workspace: ${messageOf(error)}`,
          "set TMPDIR to a directory with free space that gotrace may write to",
          ExitCode.cannotCreate,
        );
      }
      this.log(`workspace ${this.#workspace}`);
    }
    return this.#workspace;
  }

  /** Removes the workspace, or says where it is with `--keep`. The session may go on without it. */
  close(): void {
    if (this.#workspace === undefined) return;
    if (this.#keep) this.warn(`workspace kept in ${this.#workspace}`);
    else rmSync(this.#workspace, { recursive: true, force: true });
    this.#workspace = undefined;
  }
}
