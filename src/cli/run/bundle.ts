/**
 * Writes bundles: the traces of all processes of a run in one file, each with its execution trace, if it has one, and
 * without the unused space that it reserved.
 */

import { closeSync, statSync, unlinkSync } from "node:fs";
import { UserError } from "../../base/errors.js";
import { bundlePatches, keptParts, type OpenedProcess, openTrace, readBytes } from "../../calltrace/index.js";
import { createFile, writeFailure } from "../output.js";
import type { OpenFile } from "../trace-files.js";
import { writeFully } from "../write-fully.js";

/** The processes in a file; none if it was cut off before its header. */
export function processesOf({ source }: OpenFile): readonly OpenedProcess[] {
  try {
    return openTrace(source).processes;
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/**
 * Writes a bundle.
 * @param flag the flag that named the file, for messages
 * @throws UserError when that fails; the partial file (never a device) is removed
 */
export function saveBundle(path: string, flag: string, files: readonly OpenFile[]): void {
  const descriptor = createFile(path, flag);
  try {
    let position = 0;
    for (const process of files.flatMap(processesOf)) position = copyProcess(descriptor, position, process);
    closeSync(descriptor);
  } catch (error) {
    try {
      closeSync(descriptor);
    } catch {
      // Report the first error, not this one.
    }
    if (statSync(path).isFile()) unlinkSync(path);
    throw writeFailure(path, error);
  }
}

function copyProcess(descriptor: number, position: number, process: OpenedProcess): number {
  const step = 1 << 20;
  // Backwards: if the process is still writing, no chunk is copied without the earlier chunks of its slot.
  for (const { from, to } of keptParts(process).reverse()) {
    for (let end = to; end > from; ) {
      const offset = Math.max(from, (Math.ceil(end / step) - 1) * step);
      writeFully(descriptor, readBytes(process.source, offset, end - offset), position + offset);
      end = offset;
    }
  }
  let length = process.length;
  for (const { offset, bytes } of bundlePatches(process)) {
    writeFully(descriptor, bytes, position + offset);
    length = Math.max(length, offset + bytes.length);
  }
  return position + length;
}
