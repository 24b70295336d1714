/** Reading the files that a repository brings along: settings and baselines. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { formatBytes } from "../../base/units.js";

/**
 * The text of a regular file. Devices, pipes and files beyond any sane size are refused before they are read: a clone of
 * a foreign repository can name `/dev/zero`.
 * @param most bytes
 * @throws Error that says why it cannot be read
 */
export function readSmallFile(path: string, most: number): string {
  // O_NONBLOCK: to open a pipe that nobody writes to would wait for ever. Windows has neither.
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw new Error("it is no regular file");
    if (status.size > most) {
      throw new Error(`it has ${formatBytes(status.size)}, more than the ${formatBytes(most)} that it may have`);
    }
    return readFileSync(descriptor, "utf8");
  } finally {
    closeSync(descriptor);
  }
}
