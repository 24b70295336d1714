import { TraceError, TraceReader } from "../../../src/exectrace/index.js";

/** The error that ends the reading of a damaged trace, which is given in pieces. */
export function errorOf(pieces: Iterable<Uint8Array>): TraceError {
  const reader = new TraceReader(pieces);
  try {
    while (reader.next());
  } catch (error) {
    if (error instanceof TraceError) return error;
    throw error;
  }
  throw new Error("no error");
}
