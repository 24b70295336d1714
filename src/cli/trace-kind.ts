/** Which kind of trace a file is, by its first bytes. */

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { hasMagic } from "../calltrace/index.js";
import { hasHeader } from "../exectrace/header.js";

/** Traces of gotrace's own hooks, or of the Go runtime. */
export type TraceKind = "calls" | "execution";

/** Bytes that tell. */
const BYTES = 16;

/**
 * The kind of a file. Undefined for what is no trace.
 * @param read fills the array from the file's beginning, as far as there are bytes
 */
export function traceKind(read: (into: Uint8Array) => void): TraceKind | undefined {
  const start = new Uint8Array(BYTES);
  read(start);
  if (hasMagic(start)) return "calls";
  return hasHeader(start) ? "execution" : undefined;
}

/**
 * The kind of a path: directories hold call traces. Undefined for what is no trace, and for pipes, whose bytes are their
 * reader's; standard input is taken for an execution trace.
 */
export function traceKindOf(path: string): TraceKind | undefined {
  if (path === "-") return "execution";
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return "calls";
  if (!stat?.isFile()) return undefined;
  const descriptor = openSync(path, "r");
  try {
    return traceKind((into) => readSync(descriptor, into));
  } finally {
    closeSync(descriptor);
  }
}
