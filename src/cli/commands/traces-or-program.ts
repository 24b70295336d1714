/** Commands that report either on saved traces or on a program, which they then build and run. */
import { resolve } from "node:path";
import { ExitCode } from "../../base/errors.js";
import type { ParsedFlags } from "../flags/parse.js";
import { sessionOptions } from "../flags/run.js";
import type { ReportOptions } from "../options.js";
import { type Gate, openGate } from "../report/assertions.js";
import type { Format } from "../report/format.js";
import { reportTraces } from "../report/reporting.js";
import { Session } from "../session.js";
import { namesTraces } from "../trace-files.js";
import { refuseJoin, runPackage } from "./run.js";

/** Whether a word names traces, seen from the directory of `-C`. */
export function namesTrace(word: string, flags: ParsedFlags): boolean {
  return namesTraces(resolve(flags.string("C") ?? ".", word));
}

/**
 * Reports on what the words name: traces, or a program with its arguments; without words, on the last run.
 * @param words what follows the flags, but for what is the command's own
 * @returns the exit code
 * @throws UserError where the report is not possible
 */
export async function reportTracesOrProgram(
  command: string,
  flags: ParsedFlags,
  words: readonly string[],
  {
    options,
    format,
    gate = openGate,
  }: { readonly options: ReportOptions; readonly format: Format; readonly gate?: Gate },
): Promise<number> {
  const [first] = words;
  if (first !== undefined && !namesTrace(first, flags)) {
    refuseJoin(flags);
    return runPackage(command, flags, options, format, gate, words);
  }
  const session = new Session(sessionOptions(flags));
  const request = { format, toStderr: false, gate, apart: flags.values("exec-trace") };
  const outcome = await session.withDefaultSignals(() => reportTraces(session, options, words, request));
  return outcome.damaged ? ExitCode.data : outcome.gate;
}
