/** Bundles: the traces of a run's processes in one file, each without the space that it reserved and did not use. */

import { closeSync, statSync, unlinkSync } from "node:fs";
import { UserError } from "../../base/errors.js";
import { bundlePatches, openTrace, type ProcessTrace, readBytes } from "../../calltrace/index.js";
import { createFile, writeFailure } from "../output.js";
import { type OpenFile, writeFully } from "../trace-files.js";

/** The processes of a file; one that is no trace (cut before its header) has none. */
export function processesOf({ source }: OpenFile): readonly ProcessTrace[] {
  try {
    return openTrace(source).processes;
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/**
 * Writes the used part of every trace into one file.
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
      // The error that counts is the first one.
    }
    if (statSync(path).isFile()) unlinkSync(path);
    throw writeFailure(path, error);
  }
}

function copyProcess(descriptor: number, position: number, process: ProcessTrace): number {
  const step = 1 << 20;
  // From the end: of a process that still writes, a chunk is then not copied without those before it of its slot.
  for (let end = process.length; end > 0; ) {
    const offset = Math.max(0, Math.ceil(end / step) - 1) * step;
    writeFully(descriptor, readBytes(process.source, offset, end - offset), position + offset);
    end = offset;
  }
  for (const { offset, bytes } of bundlePatches(process)) writeFully(descriptor, bytes, position + offset);
  return position + process.length;
}
