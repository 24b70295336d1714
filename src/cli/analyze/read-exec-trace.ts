/** Reading execution traces for commands that look at all of their events. */
import { ExitCode, UserError } from "../../base/errors.js";
import {
  describeCut,
  type EventSink,
  type EventSource,
  feedAll,
  PartReader,
  TraceReader,
} from "../../exectrace/index.js";
import type { PartOf } from "../flags/part.js";
import { withProgress } from "../progress.js";
import { openChunks } from "./read-chunks.js";

/**
 * Feeds all events of a file.
 * @param make gets the reader, for its stacks
 * @param part only this part of it
 * @returns the sink and the reader, for its warning
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

/** What a report must say about a file that was cut off. */
export function warningOf(reader: EventSource): string | undefined {
  return reader.warning && describeCut(reader.warning);
}

/**
 * Runs a command whose exit code 1 says that there are findings or that a threshold was exceeded: bad arguments and
 * unreadable traces are 2, because scripts take everything above for a crash.
 */
export async function withGrepExitCodes(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError) throw new UserError(error.message, error.advice, ExitCode.trouble);
    throw error;
  }
}
