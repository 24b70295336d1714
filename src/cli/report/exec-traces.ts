/** `--exec-trace` of saved traces: which process an execution trace that was recorded apart belongs to. */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import type { OpenedProcess } from "../../calltrace/index.js";
import { TraceError, TraceReader } from "../../exectrace/index.js";
import { processesOf } from "../run/bundle.js";
import { type OpenFile, openNamed, piecesOf, withExecution } from "../trace-files.js";
import { traceKind } from "../trace-kind.js";

/** A process in a file of call traces. */
interface Candidate {
  readonly path: string;
  readonly process: OpenedProcess;
}

/** Execution traces by the processes that they belong to. The caller must call {@link close}. */
export class ExecTraces {
  readonly #of = new Map<string, OpenFile>();

  private constructor(private readonly opened: readonly OpenFile[]) {}

  /**
   * @param named files, each `FILE` or `PID=FILE`
   * @param calls the call traces
   * @param log is told which process each one belongs to
   * @throws UserError when a file cannot be read, or belongs to none of the processes, or may belong to several
   */
  static async assign(
    named: readonly string[],
    calls: readonly OpenFile[],
    log: (line: string) => void,
  ): Promise<ExecTraces> {
    const words = named.map(wordOf);
    const assigned = new ExecTraces(await openNamed(words.map(({ path }) => path)));
    try {
      const all = calls.flatMap((file) => processesOf(file).map((process) => ({ path: file.path, process })));
      for (const [index, file] of assigned.opened.entries()) {
        const found = processOf(file, words[index], all);
        const key = keyOf(found.path, found.process.base);
        const other = assigned.#of.get(key);
        if (other !== undefined) {
          throw new UserError(
            `${other.path} and ${file.path} are both of process ${found.process.info.pid}`,
            "name one of them, or say of which process it is: --exec-trace PID=FILE",
            ExitCode.usage,
          );
        }
        assigned.#of.set(key, file);
        log(`${file.path}: the execution trace of process ${found.process.info.pid}`);
      }
      return assigned;
    } catch (error) {
      assigned.close();
      throw error;
    }
  }

  /** The same file, its processes with their execution traces. */
  joinTo(file: OpenFile): OpenFile {
    const { path, source } = file;
    return {
      ...file,
      source: withExecution(source, (process, held) => {
        const apart = this.#of.get(keyOf(path, process.base));
        if (apart !== undefined) return piecesOf(apart.source);
        return source.execution ? source.execution(process, held) : held;
      }),
    };
  }

  close(): void {
    for (const file of this.opened) file.close();
  }
}

function keyOf(path: string, base: number): string {
  return `${base} ${path}`;
}

/** A value of the flag. */
interface Word {
  readonly path: string;
  /** The process, if it is named. */
  readonly pid?: number;
  /** The process that wrote the file, if the file still has the name that traced programs give it. */
  readonly writer?: number;
}

function wordOf(value: string): Word {
  const [, pid, path] = /^(\d+)=(.+)$/s.exec(value) ?? [];
  if (path !== undefined && !existsSync(value)) return { path, pid: Number(pid) };
  const writer = /^(\d+)-\d+\.trace$/.exec(basename(value))?.[1];
  return { path: value, ...(writer === undefined ? {} : { writer: Number(writer) }) };
}

/** Nanoseconds by which an execution trace may begin before or after the calls if gotrace began both with the process. */
const TOGETHER = 1e8;
/**
 * A process that began this many times farther from the execution trace than another is not meant. A wrong choice is still
 * noticed: the join refuses a trace of another process.
 */
const FARTHER = 3;
/** Nanoseconds by which it may begin before the calls of a process that is initialised for long. */
const EARLIER = 1e9;

function processOf(file: OpenFile, { pid, writer = pid }: Word, all: readonly Candidate[]): Candidate {
  const start = startOf(file);
  const since = ({ process }: Candidate) => Number(start - BigInt(process.info.startNano));
  const named = all.filter(({ process }) => process.info.pid === writer);
  if (pid !== undefined && named.length === 0) {
    const pids = all.map(({ process }) => process.info.pid);
    throw new UserError(
      `--exec-trace: no process ${pid} in these traces`,
      `name one of theirs: ${pids.slice(0, 10).join(", ")}`,
      ExitCode.usage,
    );
  }
  const possible = named.length > 0 ? named : all;
  // The surest first: begun with the process; within what is known of it; later, if its end is not known.
  const nearest = Math.min(...possible.map((one) => Math.abs(since(one))));
  const choices = [
    possible.filter((one) => Math.abs(since(one)) <= Math.min(TOGETHER, FARTHER * nearest)),
    possible.filter((one) => since(one) > -EARLIER && since(one) < lastOf(one.process)),
    possible.filter((one) => since(one) > -EARLIER && endOf(one.process) === undefined),
  ];
  const found = choices.find(({ length }) => length > 0);
  if (found === undefined) {
    throw new UserError(
      `${file.path}: no process of these traces ran when this execution trace began`,
      "name an execution trace that was recorded during the same run",
      ExitCode.data,
    );
  }
  if (found.length > 1) {
    const pids = found.map(({ process }) => process.info.pid);
    throw new UserError(
      `${file.path} may be the execution trace of ${found.length} processes: ${pids.join(", ")}`,
      `say of which: --exec-trace ${pids[0]}=${file.path}`,
      ExitCode.usage,
    );
  }
  return found[0];
}

/** When the process ended, in nanoseconds since its start, or still runs. */
function endOf({ info }: OpenedProcess): number | undefined {
  return info.end ?? info.now;
}

/** Until when the process ran at least, in nanoseconds since its start. */
function lastOf(process: OpenedProcess): number {
  const { latest, pairANano, pairBNano, startNano } = process.header.numbers;
  return endOf(process) ?? Number((latest === 1n ? pairANano : pairBNano) - startNano);
}

/** When the first event was, nanoseconds of the machine's monotonic clock. @throws UserError for other files */
function startOf({ path, source }: OpenFile): bigint {
  const kind = traceKind((into) => source.read(0, into));
  if (kind !== "execution") {
    throw new UserError(
      `--exec-trace: ${path} is ${kind === "calls" ? "a call trace" : "not an execution trace"}`,
      "name a file that runtime/trace or gotrace run --exec-trace=FILE wrote",
      ExitCode.data,
    );
  }
  const reader = new TraceReader(piecesOf(source));
  try {
    reader.next();
  } catch (error) {
    if (error instanceof TraceError) throw new UserError(`${path}: ${error.message}`, error.advice, error.code);
    throw error;
  }
  return reader.start;
}
