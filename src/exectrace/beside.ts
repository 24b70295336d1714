/**
 * Explains files that hold something besides one trace: output that the program printed into them, or a second trace.
 */
import { corrupt, TraceError } from "./errors.js";

/** Number of bytes that suffice to tell what follows a trace. */
export const TELLING = 16;

const HEADER = /go 1\.\d+ trace\0/;
const SHOWN = 40;

/**
 * Returns the error for bytes found where a batch should begin.
 *
 * @param offset where they are in the file
 * @param bytes the first of them: {@link TELLING}, fewer at the end of the file
 */
export function behindTrace(offset: number, bytes: Uint8Array): TraceError {
  const text = latin1(bytes);
  if (text.search(HEADER) === 0) {
    const advice = `Take it apart: head -c ${offset} FILE > first.trace; tail -c +${offset + 1} FILE > second.trace`;
    return new TraceError(
      "several",
      offset,
      `the file holds more than one trace: a second begins at byte ${offset}`,
      advice,
    );
  }
  const [words] = /^[\t\n\r -~]+/.exec(text) ?? [""];
  if (words.trim().length > 1 && (words.length === text.length || words.length >= TELLING)) {
    const shown = JSON.stringify(words.trim().slice(0, SHOWN));
    const advice = `Leave it out: head -c ${offset} FILE > trace.out; and send what the program prints to another file.`;
    return new TraceError("several", offset, `text follows the trace, from byte ${offset} on: ${shown}`, advice);
  }
  return corrupt(offset, `a batch was expected, found ${bytes[0]}`);
}

/**
 * Returns the error for a file with something in front of the trace; undefined if there is no trace in `bytes`.
 *
 * @param bytes the start of the file
 */
export function beforeTrace(bytes: Uint8Array): TraceError | undefined {
  const at = latin1(bytes).search(HEADER);
  if (at <= 0) return undefined;
  const advice = `Leave it out: tail -c +${at + 1} FILE > trace.out; and send what the program prints to another file.`;
  return new TraceError("several", 0, `the trace begins at byte ${at}: something precedes it`, advice);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
