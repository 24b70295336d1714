/** Reads an execution trace event by event, from chunks that may arrive asynchronously. */
import { type TraceEvent, TraceReader } from "../../../src/exectrace/index.js";

/**
 * Reads a trace and calls `visit` for every event.
 *
 * @returns the reader, for its warning and stacks
 * @throws TraceError when the trace cannot be read
 */
export async function forEachEvent(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  visit: (event: TraceEvent, reader: TraceReader) => void,
): Promise<TraceReader> {
  const reader = new TraceReader();
  const drain = () => {
    for (let event = reader.nextDecoded(); event; event = reader.nextDecoded()) visit(event, reader);
  };
  for await (const chunk of chunks) {
    reader.push(chunk);
    drain();
  }
  reader.finish();
  drain();
  return reader;
}
