/** Reading an execution trace event by event. */
import { type TraceEvent, TraceReader } from "../../../src/exectrace/index.js";

/**
 * Reads a trace from chunks that may come asynchronously, and calls `visit` for every event.
 *
 * @returns the reader, for its warning and stacks
 * @throws TraceError
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
