/** Which kind of trace a file is, by its first bytes. */

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { hasMagic } from "../calltrace/index.js";

/** Traces of gotrace's own hooks, or of the Go runtime. */
export type TraceKind = "calls" | "execution";

/**
 * The kind of a path: directories hold call traces. Undefined for what is no trace, and for pipes, whose bytes are their
 * reader's; standard input is taken for an execution trace.
 */
export function kindOf(path: string): TraceKind | undefined {
  if (path === "-") return "execution";
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return "calls";
  if (!stat?.isFile()) return undefined;
  const start = new Uint8Array(8);
  const descriptor = openSync(path, "r");
  try {
    readSync(descriptor, start);
  } finally {
    closeSync(descriptor);
  }
  if (hasMagic(start)) return "calls";
  return String.fromCharCode(...start).startsWith("go 1.") ? "execution" : undefined;
}
