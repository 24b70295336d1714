/** Finds the execution traces, among many, in which a program logged something: the trace id of a request, for instance. */
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Locator, type Selection, textOfLog } from "../../analyses/index.js";
import { messageOf, UserError } from "../../base/errors.js";
import { hasHeader, readHeader } from "../../exectrace/header.js";
import { openChunks } from "./read-chunks.js";
import { readTrace, warningOf } from "./read-exec-trace.js";

/** A trace that has the log. */
interface Found {
  readonly path: string;
  readonly selection: Selection;
  /** The warning for a trace that was cut off. */
  readonly warning: string | undefined;
}

/** A trace that cannot be read. */
interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

/** What a search found. */
export interface Search {
  /** Traces that were searched. */
  readonly searched: number;
  /** Newest first. */
  readonly found: readonly Found[];
  readonly unreadable: readonly Unreadable[];
}

/** Bytes of the longest header. */
const HEADER = 16;

/**
 * Searches traces. A trace without the text of the log is not parsed.
 * @param paths traces, and directories of them; in a directory, files that are no execution traces are passed over
 * @param filter as in `--log`
 */
export function findLog(paths: readonly string[], filter: string): Search {
  const unreadable: Unreadable[] = [];
  const found: Found[] = [];
  const text = Buffer.from(textOfLog(filter));
  const traces = newestFirst(paths, unreadable);
  for (const path of traces) {
    try {
      if (!holds(path, text)) continue;
      const { sink, reader } = readTrace(path, (trace) => new Locator(trace, { kind: "log", filter }));
      sink.finish();
      const selection = sink.result();
      if (selection) found.push({ path, selection, warning: warningOf(reader) });
    } catch (error) {
      unreadable.push({ path, reason: reasonOf(error) });
    }
  }
  return { searched: traces.length, found, unreadable };
}

/** The best to show: one in which the request is complete, else the one that has most of it. */
export function bestOf(found: readonly Found[]): Found | undefined {
  const length = ({ begin, end }: Selection) => end - begin;
  return [...found].sort(
    ({ selection: a }, { selection: b }) => Number(b.complete) - Number(a.complete) || length(b) - length(a),
  )[0];
}

/** What is wrong with a trace, in a line. Errors of the system about a file come as UserErrors that name it as well. */
function reasonOf(error: unknown): string {
  if (!(error instanceof UserError)) return messageOf(error);
  return error.message.replace(/^cannot read .*?: /s, "");
}

/** The traces that paths name, the newest first. */
function newestFirst(paths: readonly string[], unreadable: Unreadable[]): string[] {
  const times = new Map<string, { readonly path: string; readonly time: number }>();
  const add = (path: string, time: number) => times.set(resolve(path), { path, time });
  for (const path of paths) {
    try {
      const stat = statSync(path);
      if (!stat.isDirectory()) add(path, timeOf(path, stat.mtimeMs));
      else for (const name of readdirSync(path)) addFrom(join(path, name), add, unreadable);
    } catch (error) {
      unreadable.push({ path, reason: messageOf(error) });
    }
  }
  return [...times.values()].sort((a, b) => b.time - a.time || (a.path < b.path ? 1 : -1)).map(({ path }) => path);
}

/** Adds a file of a directory, if it is a trace. An agent's `.part` is not finished yet. */
function addFrom(path: string, add: (path: string, time: number) => void, unreadable: Unreadable[]): void {
  if (path.endsWith(".part")) return;
  try {
    const stat = statSync(path);
    if (!stat.isFile()) return;
    const header = headerOf(path);
    if (!hasHeader(header)) {
      if (!path.endsWith(".trace")) return;
      readHeader(header);
    }
    add(path, timeOf(path, stat.mtimeMs));
  } catch (error) {
    unreadable.push({ path, reason: reasonOf(error) });
  }
}

/** When a snapshot was taken, ms since 1970: the agent puts it into the name, `20261129T143205.123456789Z-…`. */
function timeOf(path: string, modified: number): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\.\d+)?Z/.exec(basename(path));
  if (!match) return modified;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) + Number(match[7] ?? 0) * 1000;
}

function headerOf(path: string): Uint8Array {
  const descriptor = openSync(path, "r");
  try {
    const bytes = new Uint8Array(HEADER);
    return bytes.subarray(0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

/** Whether a file holds a text, also across chunks. */
function holds(path: string, text: Buffer): boolean {
  let before = Buffer.alloc(0);
  for (const chunk of openChunks(path).chunks) {
    const bytes = Buffer.concat([before, chunk]);
    if (bytes.includes(text)) return true;
    before = bytes.subarray(Math.max(0, bytes.length - Math.max(0, text.length - 1)));
  }
  return text.length === 0;
}
