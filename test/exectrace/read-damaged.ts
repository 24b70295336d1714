import { TraceError, TraceReader } from "../../src/exectrace/index.js";

/**
 * Reads a trace that may be damaged, in chunks of random size, using everything that an analysis would use.
 *
 * @throws when anything but a TraceError happens, or an event breaks the contract of TraceEvent
 */
export function readDamaged(bytes: Uint8Array, below: (bound: number) => number): "sound" | "cut" | "refused" {
  const size = [1 << 20, 4096, 100, 1][below(4)];
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const reader = new TraceReader(chunks());
  let last = -1;
  let events = 0;
  try {
    for (let event = reader.next(); event; event = reader.next()) {
      if (!(event.time > last)) throw new Error(`time ${event.time} after ${last}`);
      last = event.time;
      // A switch of goroutines is one event on the wire and three for readers.
      if (++events > 3 * bytes.length + 10) throw new Error("more events than bytes");
      if (event.stack < 0 || event.stack >= reader.stacks.size) throw new Error(`stack ${event.stack}`);
      if (events % 16 === 0) reader.stacks.frames(event.stack);
      if (events % 64 === 0) void event.message.length;
    }
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    if (error.offset > bytes.length || !error.message || !error.advice)
      throw new Error(`a bad error: ${error.message}`);
    return "refused";
  }
  const { warning } = reader;
  if (!warning) return "sound";
  if (warning.lostBytes < 0 || warning.offset + warning.lostBytes !== bytes.length) {
    throw new Error(`a bad warning: ${JSON.stringify(warning)} of ${bytes.length} bytes`);
  }
  return "cut";
}
