/** Runs the user's `go` command and captures its output. */

import { accessSync, constants, statSync } from "node:fs";
import { constants as systemConstants } from "node:os";
import { delimiter, resolve } from "node:path";
import { ExitCode, messageOf, UserError } from "../base/errors.js";

/** The result of a captured command. `code` is 128+n after signal n. */
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
  /** Called with each command line before it runs (for `-v`). */
  readonly onCommand?: (line: string) => void;
  /** Called when a command has started, so that the caller can use the wait to prepare what it needs later. */
  readonly onStarted?: () => void;
  /** Ends commands early with SIGINT; the signal's reason is then thrown. */
  readonly signal?: AbortSignal;
}

/** A command line for messages, with words quoted for a shell where needed. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/** What starts go. It takes about 15 ms to load, and help and reports need none of it. */
const library = () => import("execa");

/** Says that {@link runGo} will be called: its library is loaded along with whatever else is being loaded. */
export function expectGo(): void {
  // An error is for the call to report.
  library().catch(() => undefined);
}

/**
 * Runs `go` with its output captured. A non-zero exit is a result, not an error.
 * @throws UserError if there is no `go` to run; the reason of the context's signal if that ended the command
 */
export async function runGo(context: GoContext, args: readonly string[]): Promise<CommandResult> {
  const { signal } = context;
  signal?.throwIfAborted();
  context.onCommand?.(commandLine(["go", ...args]));
  const { execa } = await library();
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
    throw goMissing((result.cause ?? result) as NodeJS.ErrnoException, context);
  return { code: exitStatus(exitCode ?? null, result.signal ?? null), stdout, stderr };
}

/**
 * What two commands that run at the same time lead to, once both have ended: after an error none goes on in the background.
 * @throws the error of the first, or else of the second
 */
export async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return Promise.all([first, second]);
}

/**
 * How execa starts go. Killing go would leave the compilers that it has started running, so execa must never do that, neither
 * on exit nor after a delay. SIGINT makes go end them itself; the session handles signals to gotrace.
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

/** The exit status of a process as shells report it: its exit code, or 128+n after signal n. */
export function exitStatus(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal ? systemConstants.signals[signal] : 0);
}

/** The path of the `go` that runs, or would if it could be run, for messages; undefined where PATH has none. */
export function findGo({ cwd, env }: Pick<GoContext, "cwd" | "env">): string | undefined {
  const name = process.platform === "win32" ? "go.exe" : "go";
  const files = (env.PATH ?? "")
    .split(delimiter)
    .map((directory) => resolve(cwd, directory, name))
    .filter((path) => works(() => statSync(path).isFile()));
  return files.find((path) => works(() => accessSync(path, constants.X_OK) === undefined)) ?? files[0];
}

/** The answer to a question about a file; no where it cannot be asked. */
function works(question: () => boolean): boolean {
  try {
    return question();
  } catch {
    return false;
  }
}

/** The error for a `go` that cannot be started. */
export function goMissing(error: NodeJS.ErrnoException, context: Pick<GoContext, "cwd" | "env">): UserError {
  const found = findGo(context);
  if (error.code !== "ENOENT" || found !== undefined) {
    const reason =
      error.code === "ENOENT" ? "the interpreter or loader that it names does not exist" : messageOf(error);
    return new UserError(
      `cannot run ${found ?? "go"}: ${reason}`,
      "check the go command on your PATH",
      ExitCode.unavailable,
    );
  }
  return new UserError(
    "no go command found on PATH",
    "install Go 1.21 or newer (for instance your system's package golang-go, or https://go.dev/dl) and try again",
    ExitCode.unavailable,
  );
}
