/** Shows the progress of long work on standard error: a line that changes on a terminal, a single line elsewhere. */

import { printable } from "../base/printable.js";
import { formatBytes } from "../base/units.js";
import { say } from "./say.js";

/** Milliseconds before progress is shown at all, and between two updates on a terminal. */
const patience = { terminal: 500, elsewhere: 1000 };
const interval = 100;

/**
 * Runs `work` and shows the progress that it reports. On a terminal the line is removed when the work is done.
 * @param what names the work, such as `reading the trace`
 * @param size bytes to read; without it, nothing is shown unless standard error is a terminal
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
