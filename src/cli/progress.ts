/** Progress on standard error, only for work that takes a while: a line that moves on a terminal, one line elsewhere. */

import { printable } from "../base/printable.js";
import { formatBytes } from "../base/units.js";
import { say } from "./say.js";

/** Milliseconds until the first word on a terminal and elsewhere, and between two on a terminal. */
const patience = { terminal: 500, elsewhere: 1000 };
const interval = 100;

/**
 * Runs `work`, which reports how far it is; on a terminal the line is gone when the work is done.
 * @param what present participle and object: `reading the trace`
 * @param size bytes that are read; only such work is announced where there is no terminal
 */
export function withProgress<T>(
  what: string,
  work: (progress: (done: number, total: number) => void) => T,
  size?: number,
): T {
  const terminal = process.stderr.isTTY === true;
  const start = Date.now();
  let last = start;
  let shown = false;
  try {
    return work((done, total) => {
      const now = Date.now();
      if (now - start < (terminal ? patience.terminal : patience.elsewhere)) return;
      if (terminal ? now - last < interval : shown || size === undefined) return;
      last = now;
      shown = true;
      const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
      const line = `${what}${size === undefined ? "" : ` (${formatBytes(size)})`}`;
      if (terminal) process.stderr.write(`\r\x1b[K${printable(line)}: ${percent}%`);
      else say(line);
    });
  } finally {
    if (shown && terminal) process.stderr.write("\r\x1b[K");
  }
}
