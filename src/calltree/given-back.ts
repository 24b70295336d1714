/** Traces whose calls were given back while the process ran: what was counted of them is left, and nothing else. */
import { ExitCode, UserError } from "../base/errors.js";
import { isGivenBack, type ProcessTrace } from "../calltrace/index.js";
import { countProcess } from "./count-process.js";
import type { Counted } from "./replay/count.js";
import { decodeTree } from "./stored-tree.js";

/** What is left of the calls. Without a readable tree that is nothing, and a `problem`. */
export function storedCounts(process: ProcessTrace): Counted {
  const stored = process.tree && decodeTree(process.tree);
  if (stored !== undefined) return stored;
  return { ...countProcess(process, {}, () => undefined), problem: { offset: process.base, message: lossOf(process) } };
}

/** @throws UserError if nothing is left of the calls of any process. @param processes those that are not counted yet */
export function requireTree(processes: readonly ProcessTrace[]): void {
  const isLost = (process: ProcessTrace) => isGivenBack(process) && process.tree === undefined;
  if (processes.length === 0 || !processes.every(isLost)) return;
  const [{ info }] = processes;
  throw new UserError(
    `process ${info.pid}: ${lossOf(processes[0])}`,
    info.now === undefined
      ? "run the program again; with --save FILE all of its calls are kept"
      : `see what it does now: gotrace top ${info.pid}`,
    ExitCode.noInput,
  );
}

function lossOf({ info }: ProcessTrace): string {
  return info.now === undefined
    ? "its calls were given back while it ran, and their tree is missing"
    : "its calls are given back while it runs; gotrace run shows their tree at its end";
}

/** @throws UserError if the single calls of a process cannot be read any more */
export function requireCalls(process: ProcessTrace): void {
  if (!isGivenBack(process)) return;
  requireTree([process]);
  throw new UserError(
    "the calls of this run were given back while it ran: only its tree is left",
    "see it with gotrace report, or keep all calls of a run: --save FILE",
    ExitCode.noInput,
  );
}
