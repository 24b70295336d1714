/** Reads a file, a pipe or standard input in chunks, on demand. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";

/** Bytes of a chunk. */
const SIZE = 256 << 10;

/** An open file, pipe or device that can be read once, from beginning to end. */
export interface Chunks {
  /** In bytes; 0 if unknown. */
  readonly size: number;
  readonly chunks: Iterable<Uint8Array>;
}

/**
 * Opens a file. It is closed when the loop over its chunks ends, even if that stops early.
 * @param path `-` is standard input
 * @throws UserError when it cannot be read
 */
export function openChunks(path: string): Chunks {
  let descriptor: number;
  try {
    descriptor = path === "-" ? 0 : openSync(path, "r");
    const stat = fstatSync(descriptor);
    return { size: stat.isFile() ? stat.size : 0, chunks: chunksOf(descriptor, path) };
  } catch (error) {
    throw cannotRead(path, error);
  }
}

function* chunksOf(descriptor: number, path: string): Generator<Uint8Array> {
  try {
    for (;;) {
      const chunk = new Uint8Array(SIZE);
      const got = readChunk(descriptor, chunk, path);
      if (got === 0) return;
      yield chunk.subarray(0, got);
    }
  } finally {
    if (descriptor !== 0) closeSync(descriptor);
  }
}

function readChunk(descriptor: number, into: Uint8Array, path: string): number {
  for (;;) {
    try {
      return readSync(descriptor, into, 0, into.length, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw cannotRead(path, error);
      // Standard input is non-blocking and has no data yet: wait 5 ms.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function cannotRead(path: string, error: unknown): UserError {
  const what = path === "-" ? "standard input" : path;
  return new UserError(`cannot read ${what}: ${messageOf(error)}`, "name a trace file that exists", ExitCode.noInput);
}
