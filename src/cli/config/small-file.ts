/** Reads small files of a repository (configuration, baseline, go.mod) without trusting them. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { formatBytes } from "../../base/units.js";

/**
 * Reads a regular file as text. Refuses devices, pipes and oversized files without reading them: a foreign repository may
 * contain a link to `/dev/zero`.
 * @param most the largest size that is accepted, in bytes
 * @throws Error whose message says why the file cannot be read
 */
export function readSmallFile(path: string, most: number, encoding: BufferEncoding = "utf8"): string {
  // O_NONBLOCK: opening a pipe without a writer would block forever. Windows has neither.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new Error("it is not a regular file");
    if (status.size > most) {
      throw new Error(`it has ${formatBytes(status.size)}, more than the allowed ${formatBytes(most)}`);
    }
    return readFileSync(descriptor, encoding);
  } finally {
    closeSync(descriptor);
  }
}
