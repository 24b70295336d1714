/** What the build gets from its caller: the invocation's surroundings (a `Session` of the CLI is one) and the options. */

import type { ExecTraceWish } from "../gotool/exectrace.js";
import type { GoContext } from "../gotool/run-go.js";

/** The surroundings of one invocation of gotrace. */
export interface BuildContext {
  /** Absolute; relative patterns and files start from here. */
  readonly cwd: string;
  /** Environment of `go`. */
  readonly env: NodeJS.ProcessEnv;
  readonly go: GoContext;
  /** Root of gotrace's cache; it exists. */
  readonly cache: string;
  /** A directory that is removed when the invocation ends. */
  workspace(): Promise<string>;
  /** @throws UserError when the system's directory for temporary files cannot be used */
  checkTemporary(): void;
  /** Prints a line with `-v`. */
  log(line: string): void;
  /** Prints a line always. */
  warn(line: string): void;
}

/** What to trace, and how. */
export interface BuildOptions {
  /** Package patterns; if empty, all packages of the main modules. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Trace generated files as well. */
  readonly generated: boolean;
  /** Leave out functions whose inlining cost is at most this; undefined to leave out none. */
  readonly inlineBudget: number | undefined;
  /** What makes the program able to record an execution trace as well; undefined if nothing does. */
  readonly execTrace: ExecTraceWish | undefined;
  /** Make the program able to write a snapshot when it gets a signal; see gotool/signals.ts. */
  readonly dumpSignals: boolean;
}
