/** The processes of some traces, in order. Most traces are opened again whenever their calls are to be read. */
import { ExitCode, UserError } from "../base/errors.js";
import { type ByteSource, isGivenBack, openTrace, type Trace } from "../calltrace/index.js";
import { Compactor, type CompactProcess } from "./compact.js";
import type { DefinitionPool } from "./shared-definitions.js";
import type { SourceProblem } from "./tree.js";
import { lastSeen, type Reaching } from "./window.js";

/** A process of a trace that was opened. */
export interface Opened extends Reaching {
  /** The index of its source, and the bytes of the sources before. */
  readonly source: number;
  readonly before: number;
  /** Bytes of its trace. */
  readonly length: number;
  /** Whether there is an execution trace of it, and whether that is in the file of its calls. */
  readonly execution: "none" | "held" | "apart";
  /** Whether its calls were given back; then only its tree may be left. */
  readonly given: "no" | "tree" | "lost";
  /** It cannot be opened again: it still runs, or there are others in its file. */
  readonly kept?: CompactProcess;
}

export class OpenedTraces {
  readonly list: Opened[] = [];
  /** The first problem of a source that does not belong to a process. */
  problem: SourceProblem | undefined;
  private readonly compactor: Compactor;
  private refusal: UserError | undefined;

  constructor(
    private readonly sources: readonly ByteSource[],
    pool: DefinitionPool,
  ) {
    this.compactor = new Compactor(pool);
  }

  /**
   * Opens all of them, one after another.
   *
   * @returns each process with its index in the list
   * @throws UserError if no source is a trace of a supported version
   */
  *open(): Generator<readonly [index: number, process: CompactProcess]> {
    let before = 0;
    for (const [source, bytes] of this.sources.entries()) {
      const trace = tryOpen(bytes);
      if (trace instanceof UserError) {
        this.refusal ??= trace;
        this.problem ??= { offset: 0, message: trace.message, source };
        continue;
      }
      const staysTheSame = bytes.live === undefined && trace.processes.length === 1;
      for (const one of trace.processes) {
        const process = this.compactor.compact(one);
        const { info, reach, length } = process;
        const index = this.list.push({
          source,
          before,
          length,
          startWall: info.startWall,
          lastSeen: lastSeen(one),
          ...(reach === undefined ? {} : { reach }),
          execution: process.execution === undefined ? "none" : process.holdsExecution ? "held" : "apart",
          given: !isGivenBack(process) ? "no" : process.tree === undefined ? "lost" : "tree",
          ...(staysTheSame ? {} : { kept: process }),
        });
        yield [index - 1, process];
      }
      if (trace.problem !== undefined) this.problem ??= { ...trace.problem, source };
      before += bytes.size;
    }
    if (this.list.length === 0 && this.refusal !== undefined) throw this.refusal;
  }

  /** A process again. @throws UserError if its trace is no longer the same */
  again(index: number): CompactProcess {
    const { kept, source, length } = this.list[index];
    if (kept !== undefined) return kept;
    const trace = tryOpen(this.sources[source]);
    const [process] = trace instanceof UserError ? [] : trace.processes;
    if (process?.length === length) return this.compactor.compact(process);
    throw new UserError(
      "a trace was changed while it was read",
      "copy the traces of processes that run elsewhere, and read the copies",
      ExitCode.data,
    );
  }
}

function tryOpen(source: ByteSource): Trace | UserError {
  try {
    return openTrace(source);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
