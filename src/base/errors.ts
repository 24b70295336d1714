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
  /** Go is missing or too old, or there is too little memory. */
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

/** What the system says by its codes of errors, in words for users. */
const SYSTEM_WORDS: ReadonlyMap<unknown, string> = new Map([
  ["ENOENT", "no such file or directory"],
  ["EACCES", "permission denied"],
  ["EPERM", "operation not permitted"],
  ["EISDIR", "it is a directory"],
  ["ENOTDIR", "it, or a part of its path, is not a directory"],
  ["EEXIST", "it exists already"],
  ["ENOTEMPTY", "the directory is not empty"],
  ["EROFS", "the file system is read-only"],
  ["ENOSPC", "no space left on the disk"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "the file is too large for the system"],
  ["EIO", "the disk or device reports an error"],
  ["EMFILE", "too many open files"],
  ["ENFILE", "too many open files"],
  ["ENAMETOOLONG", "the name is too long"],
  ["ELOOP", "the path has too many symbolic links"],
  ["ETXTBSY", "the program is running"],
  ["EBUSY", "it is in use"],
  ["ENXIO", "nothing is at the other end"],
  ["ENOMEM", "out of memory"],
  ["E2BIG", "the arguments and the environment are too long"],
  ["ENOEXEC", "it is not a program for this machine"],
  ["EADDRINUSE", "the address is in use"],
  ["ECONNREFUSED", "connection refused"],
  ["ECONNRESET", "connection reset"],
  ["ENOTFOUND", "the name is unknown"],
  ["EAI_AGAIN", "the name server does not answer"],
  ["EHOSTUNREACH", "no route to the host"],
  ["ENETUNREACH", "the network is unreachable"],
  ["ETIMEDOUT", "timed out"],
]);

/** Node's `CODE: words, call 'path' -> 'path'`, of which only the words are for users. */
const NODE_MESSAGE = /^[A-Z][A-Z0-9_]+: (.+?)(?:, \w+(?: '.*')?)?$/s;

/**
 * What went wrong, from any thrown value, in words for users: an error of the system without its code, the call that failed and
 * the path, which the message around it names.
 */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (!isSystemError(thrown)) return thrown.message;
  return SYSTEM_WORDS.get(thrown.code) ?? NODE_MESSAGE.exec(thrown.message)?.[1] ?? thrown.message;
}

/** An error that the operating system reported, through Node. */
export interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  /** The file that it is about, where it is about one. */
  readonly path?: string;
}

/** Whether a thrown value is an error of the operating system. */
export function isSystemError(thrown: unknown): thrown is SystemError {
  const { code, syscall } = (thrown ?? {}) as Partial<SystemError>;
  return thrown instanceof Error && typeof code === "string" && typeof syscall === "string";
}

/** V8's messages when it gets no memory for a buffer or for WebAssembly, which takes 10 GB of addresses for each memory. */
const NO_MEMORY =
  /^(Array buffer allocation failed|WebAssembly\.\w+\(\): .*could ?n[o']t allocate|.*annot allocate Wasm memory)/i;

/** The error for users if the system gave no memory; undefined for any other. */
export function memoryError(thrown: unknown): UserError | undefined {
  if (!(thrown instanceof RangeError) || !NO_MEMORY.test(thrown.message)) return undefined;
  return new UserError(
    "there is not enough memory, or a limit of the address space (ulimit -v) is too low",
    "raise the limit, or set NODE_OPTIONS=--disable-wasm-trap-handler, with which gotrace needs 2 GB of addresses",
    ExitCode.unavailable,
  );
}

/** Runs an action and ignores its failure. Callers explain why the failure does not matter. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch {
    return;
  }
}
