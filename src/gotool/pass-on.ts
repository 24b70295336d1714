/** Passing on what a program writes, and looking at it on the way. */
import type { Readable } from "node:stream";

/** Milliseconds of silence after which what still holds the pipe is a program that outlives the one that was run. */
const SILENCE = 500;

/**
 * Passes a program's output on to our standard output; `watch` sees it on the way. Where our reader goes away the program
 * finds its own pipe closed.
 * @returns to be called when the program has ended: waits for what it left in the pipe
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
