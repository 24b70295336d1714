/**
 * Errors that a user can act on: one line that says what happened, one that says what to do, and the exit code.
 * Anything else that is thrown is a bug of ours.
 */

/** Exit codes of gotrace's own failures (after sysexits.h). A program's own exit code is passed on as it is. */
export const ExitCode = {
  /** Bad arguments or unreadable input, of commands whose 1 says that they found something. */
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

/** Somebody ended gotrace with a signal; there is nothing to say about it. */
export class Interrupted extends Error {
  /** @param code 128+n for signal n */
  constructor(readonly code: number) {
    super("interrupted");
    this.name = "Interrupted";
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Does what may fail without consequence: the caller says why nothing needs to be done then. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch {
    return;
  }
}
