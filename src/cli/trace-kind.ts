/** Tells call traces from execution traces by their first bytes. */

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { hasMagic } from "../calltrace/index.js";
import { hasHeader } from "../exectrace/header.js";

/** `calls`: written by gotrace's hooks; `execution`: written by the Go runtime. */
export type TraceKind = "calls" | "execution";

/** Bytes that identify the kind. */
const BYTES = 16;

/**
 * The kind of a file; undefined if it is not a trace.
 * @param read fills the array from the beginning of the file; a shorter file may leave a rest of zeros
 */
export function traceKind(read: (into: Uint8Array) => void): TraceKind | undefined {
  const start = new Uint8Array(BYTES);
  read(start);
  if (hasMagic(start)) return "calls";
  return hasHeader(start) ? "execution" : undefined;
}

/**
 * The kind of the trace that a path names. A directory counts as call traces, standard input (`-`) as an execution trace.
 * Undefined for other files, for those that cannot be opened (the reader reports why), and for pipes: looking at their bytes
 * would take them from the reader.
 */
export function traceKindOf(path: string): TraceKind | undefined {
  if (path === "-") return "execution";
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return "calls";
    return stat.isFile() ? kindOfFile(path) : undefined;
  } catch {
    return undefined;
  }
}

function kindOfFile(path: string): TraceKind | undefined {
  const descriptor = openSync(path, "r");
  try {
    return traceKind((into) => readSync(descriptor, into));
  } finally {
    closeSync(descriptor);
  }
}
