/** The execution traces in testdata, for the tests of their readers. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import type { TraceEvent } from "../../src/exectrace/index.js";
import { TraceReader } from "../../src/exectrace/index.js";

const folder = resolve(import.meta.dirname, "../../testdata/exectrace");

export const traceNames = readdirSync(folder)
  .filter((name) => name.endsWith(".trace.gz"))
  .map((name) => name.slice(0, -".trace.gz".length));

export function bytesOf(name: string): Uint8Array {
  return gunzipSync(readFileSync(resolve(folder, `${name}.trace.gz`)));
}

export function readerOf(name: string): TraceReader {
  return new TraceReader([bytesOf(name)]);
}

/** Feeds all events of a trace to a function. */
export function feedAll(reader: TraceReader, feed: (e: TraceEvent) => void): void {
  for (let event = reader.next(); event; event = reader.next()) feed(event);
}
