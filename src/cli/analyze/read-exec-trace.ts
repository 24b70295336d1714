/** Reads whole execution traces for `summary` and `diff`, and sets the exit codes of all commands that judge traces. */
import { ExitCode, UserError } from "../../base/errors.js";
import {
  describeCut,
  type EventSink,
  type EventSource,
  feedAll,
  PartReader,
  TraceReader,
} from "../../exectrace/index.js";
import type { PartOf } from "../options.js";
import { withProgress } from "../progress.js";
import { openChunks } from "./read-chunks.js";

/**
 * Feeds all events of a file to a sink.
 * @param make makes the sink; gets the reader, which resolves stacks
 * @param part the part of the trace to read; all of it by default
 * @returns the sink, and the reader for {@link warningOf}
 * @throws UserError when the file cannot be read
 */
export function readTrace<T extends EventSink>(
  path: string,
  make: (reader: EventSource) => T,
  part?: PartOf,
): { sink: T; reader: EventSource } {
  const { size, chunks } = openChunks(path);
  const whole = new TraceReader(chunks);
  const reader = part ? new PartReader(whole, part) : whole;
  const sink = make(reader);
  withProgress(`reading ${path}`, (report) => feedAll(reader, sink, (bytes) => report(bytes, size)));
  return { sink, reader };
}

/** The warning for a trace that was cut off; undefined for a complete one. */
export function warningOf(reader: EventSource): string | undefined {
  return reader.warning && describeCut(reader.warning);
}

/**
 * Runs a command with the exit codes of grep: 1 stands for findings or an exceeded threshold, so every
 * {@link UserError} (bad arguments, unreadable traces) gets 2. Scripts take higher codes for a crash.
 */
export async function withGrepExitCodes(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.message, error.advice, ExitCode.trouble);
    throw error;
  }
}
