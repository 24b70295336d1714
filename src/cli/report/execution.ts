/** `gotrace report` of an execution trace without calls, for timeline viewers. */

import { basename } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { STATES, State } from "../../calltree/index.js";
import { fitStates } from "../../export/event-budget.js";
import { type ExecutionTimeline, renderChromeExecution, renderPerfettoExecution } from "../../export/execution.js";
import { StateSlices } from "../../export/state-slices.js";
import { readStates } from "../../join/index.js";
import { openChunks } from "../analyze/read-chunks.js";
import type { ReportOptions } from "../options.js";
import { openOutput, refuseInput } from "../output.js";
import { withProgress } from "../progress.js";
import type { Session } from "../session.js";
import { windowSince } from "./execution-window.js";
import type { Format } from "./format.js";
import { refuseTerminal } from "./reporting.js";

/**
 * Writes a trace.
 * @param paths of execution traces, of which there must be one
 * @returns the exit code
 * @throws UserError when it cannot be read
 */
export async function reportExecution(
  session: Session,
  options: ReportOptions,
  paths: readonly string[],
  format: Format,
): Promise<number> {
  const [path, ...more] = paths;
  if (more.length > 0) {
    throw new UserError(
      `--format ${format.name} shows one execution trace at a time, and no call traces with it`,
      "name one file",
      ExitCode.usage,
    );
  }
  refuseInput(options.output, session.cwd, paths);
  const output = openOutput(options.output, session.cwd, false);
  if (format.binary) refuseTerminal(output, format);
  const { size, chunks } = openChunks(path);
  const { stays, goroutines, wall, problem } = withProgress(
    `reading ${path}`,
    (progress) => readStates(counted(chunks, (done) => progress(done, size))),
    size,
  );
  if (problem !== undefined) session.warn(`${path}: ${problem}; what could be read was used`);
  const { by, events = Number.POSITIVE_INFINITY } = options;
  const { from, to, goroutines: chosen } = options.select;
  const window = windowSince({ from, to }, wall);
  const states = new StateSlices(() => stays, {
    states: by ?? STATES.map((_, state) => state).filter((state) => state !== State.unknown),
    window: () => window,
    starts: true,
  });
  const shown = goroutines.filter(({ goid }) => states.isShown(0, goid) && (chosen?.includes(goid) ?? true));
  const { minimum, leftOut } = fitStates(shown, states.lengths, events);
  for (const sentence of leftOut) session.warn(`cut for the viewer: ${sentence}`);
  const timeline: ExecutionTimeline = {
    ...{ title: basename(path), begin: wall ?? 0n, goroutines: shown, states, minimum },
    notices: [...(problem === undefined ? [] : [problem]), ...leftOut],
  };
  await output.write(
    format.executions === "chrome" ? renderChromeExecution(timeline) : renderPerfettoExecution(timeline),
  );
  return problem === undefined ? 0 : ExitCode.data;
}

function* counted(chunks: Iterable<Uint8Array>, progress: (done: number) => void): Generator<Uint8Array> {
  let done = 0;
  for (const chunk of chunks) {
    yield chunk;
    done += chunk.length;
    progress(done);
  }
}
