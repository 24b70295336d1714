/** A line of progress on standard error, on a terminal only, and only for work that takes a while. */

import { printable } from "../base/printable.js";

const patience = 500;
const interval = 100;

/** Runs `work`, which tells how far it is; the line is gone when the work is done. */
export function withProgress<T>(what: string, work: (progress: (done: number, total: number) => void) => T): T {
  if (process.stderr.isTTY !== true) return work(() => undefined);
  const start = Date.now();
  let last = start;
  let shown = false;
  try {
    return work((done, total) => {
      const now = Date.now();
      if (now - start < patience || now - last < interval) return;
      last = now;
      shown = true;
      const percent = total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
      process.stderr.write(`\r\x1b[K${printable(what)}: ${percent}%`);
    });
  } finally {
    if (shown) process.stderr.write("\r\x1b[K");
  }
}
