/**
 * Errors that a user can act on: one line for what happened, one for what to do, and the exit code. Any other exception
 * is a bug in gotrace.
 */

/** Exit codes of gotrace's own failures (after sysexits.h). A program's own exit code is passed on as it is. */
export const ExitCode = {
  /** Bad arguments or unreadable input, for commands that exit with 1 when they find something. */
  trouble: 2,
  /** Bad arguments. */
  usage: 64,
  /** A trace or another input cannot be understood. */
  data: 65,
  /** An input does not exist: no module, no package, no trace. */
  noInput: 66,
  /** Go is missing or too old. */
  unavailable: 69,
  /** A bug of gotrace. */
  internal: 70,
  /** An output cannot be created. */
  cannotCreate: 73,
  /** Reading or writing failed: full disk, broken device. */
  io: 74,
} as const;

/** One of gotrace's own exit codes. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** An error shown to the user without a stack trace. */
export class UserError extends Error {
  /**
   * @param message what happened, one line
   * @param advice what to do about it, one line
   * @param code the exit code of the command
   */
  constructor(
    message: string,
    readonly advice: string,
    readonly code: ExitCode,
  ) {
    super(message);
    this.name = "UserError";
  }
}

/** A signal ended gotrace; nothing is printed. */
export class Interrupted extends Error {
  /** @param code 128+n for signal n */
  constructor(readonly code: number) {
    super("interrupted");
    this.name = "Interrupted";
  }
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Runs an action and ignores its failure. Callers explain why the failure does not matter. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch {
    return;
  }
}
