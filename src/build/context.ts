/** What the build needs of the invocation that it belongs to; a Session of the command line is one. */

import type { GoContext } from "../gotool/run-go.js";

export interface BuildContext {
  /** Absolute; relative patterns and files start from here. */
  readonly cwd: string;
  /** Environment of `go`. */
  readonly env: NodeJS.ProcessEnv;
  readonly go: GoContext;
  /** Root of gotrace's cache; it exists. */
  readonly cache: string;
  /** A directory that goes when the invocation ends. */
  workspace(): string;
  /** A line for `-v`. */
  log(line: string): void;
  /** A line that the user should see in any case. */
  warn(line: string): void;
}

/** What to trace, and how. */
export interface BuildOptions {
  /** Patterns of packages; none for all of the main modules. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Trace generated files as well. */
  readonly generated: boolean;
  /** Leave out functions that cost the compiler's inliner at most this; undefined for none. */
  readonly inlineBudget: number | undefined;
  /** The program records an execution trace as well. */
  readonly execTrace: boolean;
}
