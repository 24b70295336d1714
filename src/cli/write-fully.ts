/** Writing to open files; loaded before every command. */
import { writeSync } from "node:fs";

/** Writes all of `bytes`, since one write may take only a part. @param position in the file; null for the current one */
export function writeFully(descriptor: number, bytes: Uint8Array, position: number | null = null): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(descriptor, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
}
