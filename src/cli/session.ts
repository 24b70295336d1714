/** One invocation of the command: where it runs, what it says on standard error, its temporary workspace. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { cacheRoot, ensureDirectory } from "../gotool/cache.js";
import type { GoContext } from "../gotool/command.js";
import type { ParsedFlags } from "./flags.js";

/** See the module's comment. */
export class Session {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly verbose: boolean;
  readonly cache: string;
  readonly go: GoContext;
  readonly #keep: boolean;
  #workspace: string | undefined;

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
    this.go = { cwd: this.cwd, env: this.env, onCommand: (line) => this.log(line) };
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

  /** Removes the workspace, or says where it is with `--keep`. */
  close(): void {
    if (this.#workspace === undefined) return;
    if (this.#keep) this.warn(`workspace kept in ${this.#workspace}`);
    else rmSync(this.#workspace, { recursive: true, force: true });
    this.#workspace = undefined;
  }
}
