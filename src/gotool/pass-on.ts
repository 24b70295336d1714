/** Passes a program's output on to standard output while watching it. */
import type { Readable } from "node:stream";

/**
 * Milliseconds without output, after the program has ended, to wait for the pipe to close. If it is still open then, another
 * program that outlives the first one holds it.
 */
const SILENCE = 500;

/**
 * Passes a program's output on to our standard output, and calls `watch` with each piece. If our reader closes its end, the
 * program finds its own pipe closed.
 * @returns a function to call when the program has ended, which waits for the rest of its output
 */
export function passOn(from: Readable, watch: (chunk: Uint8Array) => void): () => Promise<void> {
  const to = process.stdout;
  to.on("error", () => from.destroy());
  const closed = new Promise<void>((resolve) => from.on("close", resolve));
  let latest = Date.now();
  from.on("data", (chunk: Buffer) => {
    latest = Date.now();
    watch(chunk);
    if (to.write(chunk)) return;
    from.pause();
    to.once("drain", () => from.resume());
  });
  return async () => {
    latest = Date.now();
    let timer: NodeJS.Timeout | undefined;
    const silent = new Promise<void>((resolve) => {
      timer = setInterval(() => !from.isPaused() && Date.now() - latest > SILENCE && resolve(), SILENCE / 5);
    });
    await Promise.race([closed, silent]);
    clearInterval(timer);
  };
}
