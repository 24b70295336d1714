/** Runs the traced program: it uses gotrace's standard streams, receives its signals, and determines its exit code. */

import { spawn } from "node:child_process";
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { childrenTime } from "./cputime.js";
import { passOn } from "./pass-on.js";
import { exitStatus, goMissing } from "./run-go.js";
import { hasTerminal, inForeground } from "./terminal.js";

/** How a program ended. */
export interface ProgramExit {
  /** Its exit code, 128+n after signal n. */
  readonly code: number;
  readonly pid: number;
  /** When it ended, in nanoseconds of the monotonic clock that Go's `nanotime` reads. */
  readonly endNano: bigint;
  /** Processor time of the program and the children that it waited for, in milliseconds; absent if the system does not tell. */
  readonly cpu?: number;
}

/** The system cannot start the program. */
export class CannotStart extends UserError {}

/** What to run. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Where its standard streams lead, where not to ours. */
  readonly streams?: Streams;
  /** Called with all that it writes to standard output, which is then a pipe; the output still goes to ours unchanged. */
  readonly watch?: (chunk: Uint8Array) => void;
  /**
   * Give it its own process group, so that forwarded signals also reach its children: without a terminal, which sends them to all
   * processes of its group, or always, if the terminal's keys are not for the program.
   */
  readonly ownGroup?: "without-terminal" | "always";
  /** Called when it has started. */
  readonly started?: (running: RunningProgram) => void;
}

/** Descriptors of this process that become the standard streams of a program. */
interface Streams {
  readonly stdin?: "ignore";
  readonly stdout?: number;
  readonly stderr?: number;
}

/** A program that has started. */
export interface RunningProgram {
  /** Sends it a signal, if it still runs: to its group if it has its own. */
  readonly signal: (name: NodeJS.Signals) => void;
  /** Aborted when it has ended. */
  readonly ended: AbortSignal;
}

/** Signals that gotrace always forwards to the program. */
const forwarded: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT"];
/** Signals that a terminal sends to every process of the foreground group; forwarding would then deliver them twice. */
const fromTerminal: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];

/**
 * Runs a program to its end.
 * @throws CannotStart if it cannot be started; a plain UserError if it is go
 */
export async function runProgram(program: Program): Promise<ProgramExit> {
  const { ownGroup, streams = {} } = program;
  const wantsGroup = ownGroup === "always" || (ownGroup === "without-terminal" && !hasTerminal());
  const group = wantsGroup && process.platform !== "win32";
  const before = childrenTime();
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: program.env,
    stdio: [
      streams.stdin ?? "inherit",
      program.watch ? "pipe" : (streams.stdout ?? "inherit"),
      streams.stderr ?? "inherit",
    ],
    detached: group,
  });
  const ended = new AbortController();
  const send = (signal: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      process.kill(group ? -child.pid : child.pid, signal);
    } catch {
      // It has ended.
    }
  };
  const emptied = child.stdout && program.watch ? passOn(child.stdout, program.watch) : undefined;
  const handlers = new Map<NodeJS.Signals, () => void>();
  for (const signal of [...forwarded, ...fromTerminal]) {
    const handler = () => {
      if (!group && fromTerminal.includes(signal) && inForeground()) return;
      send(signal);
    };
    try {
      process.on(signal, handler);
      handlers.set(signal, handler);
    } catch {
      // The platform has no such signal.
    }
  }
  try {
    const exit = await new Promise<ProgramExit>((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) => {
        reject(program.command === "go" ? goMissing(error, program) : cannotStart(program.command, error));
      });
      child.on("spawn", () => program.started?.({ signal: send, ended: ended.signal }));
      child.on("exit", (code, signal) => {
        const endNano = process.hrtime.bigint();
        const after = childrenTime();
        const cpu = before === undefined || after === undefined ? {} : { cpu: after - before };
        ended.abort();
        resolve({ code: exitStatus(code, signal), pid: child.pid ?? 0, endNano, ...cpu });
      });
    });
    await emptied?.();
    return exit;
  } finally {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  }
}

function cannotStart(command: string, error: NodeJS.ErrnoException): CannotStart {
  const advice =
    error.code === "EACCES"
      ? "the directory may forbid running programs (noexec): set TMPDIR and GOTRACE_CACHE to another one"
      : "check GOOS and GOARCH: the program must be built for this machine";
  return new CannotStart(`cannot run ${command}: ${messageOf(error)}`, advice, ExitCode.cannotCreate);
}
