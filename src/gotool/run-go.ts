/** Running the user's `go` command: captured for questions, inherited for builds whose output the user should see. */

import { constants } from "node:os";
import { ExitCode, UserError } from "../base/errors.js";

/** What a captured command left behind. `code` is 128+n after signal n. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with which environment `go` runs. */
export interface GoContext {
  /** Working directory, absolute. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Told every command line before it runs (`-v`). */
  readonly onCommand?: (line: string) => void;
  /** Told of every command when it runs: there is time now for what is needed later. */
  readonly onStarted?: () => void;
  /** Ends commands early, with SIGINT; its reason is then thrown. */
  readonly signal?: AbortSignal;
}

/** A command line as a person would type it, for messages: words with special characters are quoted. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/**
 * Runs `go` with its output captured. A non-zero exit is a result, not an error.
 * @throws UserError when there is no `go` to run; the reason of the context's signal when that ended it
 */
export async function runGo(context: GoContext, args: readonly string[]): Promise<CommandResult> {
  const { signal } = context;
  signal?.throwIfAborted();
  context.onCommand?.(commandLine(["go", ...args]));
  // Here, because help and reports start no process.
  const { execa } = await import("execa");
  const running = execa("go", args, {
    ...settings,
    cwd: context.cwd,
    env: context.env,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  context.onStarted?.();
  const result = await running;
  signal?.throwIfAborted();
  const { exitCode, stdout, stderr } = result;
  if (exitCode === undefined && result.signal === undefined)
    throw goMissing(result as unknown as NodeJS.ErrnoException);
  return { code: exitStatus(exitCode ?? null, result.signal ?? null), stdout, stderr };
}

/**
 * How execa starts go. What it kills, by itself or after a time, it kills alone, and compilers that go has started live on;
 * so nothing is ever killed: SIGINT makes go end them, and a signal to gotrace is the session's business.
 */
const settings = {
  stdin: "ignore",
  extendEnv: false,
  reject: false,
  cleanup: false,
  killSignal: "SIGINT",
  forceKillAfterDelay: false,
  stripFinalNewline: false,
  maxBuffer: Number.POSITIVE_INFINITY,
} as const;

/** How a process ended as one number, as shells have it: its exit code, or 128+n after signal n. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

/** The error for a `go` that cannot be started. */
export function goMissing(error: NodeJS.ErrnoException): UserError {
  if (error.code !== "ENOENT") {
    return new UserError(`cannot run go: ${error.message}`, "check the go command on your PATH", ExitCode.unavailable);
  }
  return new UserError(
    "no go command found on PATH",
    "install Go 1.21 or newer (for instance your system's package golang-go, or https://go.dev/dl) and try again",
    ExitCode.unavailable,
  );
}
