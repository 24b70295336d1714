/**
 * Stores what was counted of processes whose calls were given back while they ran, in their traces: later commands have
 * nothing else to show.
 */
import { renameSync, truncateSync } from "node:fs";
import { attempt, messageOf } from "../../base/errors.js";
import { isGivenBack, notePatches, treePatches } from "../../calltrace/index.js";
import { followedTree } from "../../calltree/index.js";
import { sayError } from "../say.js";
import { type OpenFile, openFile, patchFile } from "../trace-files.js";
import { processesOf, saveBundle } from "./bundle.js";

/** Stores the trees of processes that have ended. Prints an error where that fails; the report of this run has the tree. */
export function storeTrees(files: readonly OpenFile[]): void {
  for (const file of files) {
    const tree = file.followed && file.source.live === undefined ? file.followed : undefined;
    const [process] = tree === undefined ? [] : processesOf(file);
    if (tree === undefined || process === undefined || !isGivenBack(process)) continue;
    try {
      patchFile(file.path, process.base, treePatches(process, followedTree(tree) ?? []));
      attempt(() => dropCalls(file.path));
    } catch (error) {
      truncateSync(file.path, process.base + process.length);
      patchFile(file.path, process.base, notePatches(process, []));
      sayError({
        message: `the tree of process ${process.info.pid} could not be stored: ${messageOf(error)}`,
        advice:
          "see it now: later commands cannot show it; free some space, or set GOTRACE_CACHE to a disk that has it",
      });
    }
  }
}

/**
 * Replaces a trace by a copy without the calls that had not been given back: nobody can read them without those before them,
 * and the last run is kept only if it is small. Who has the trace open still reads the one before.
 */
function dropCalls(path: string): void {
  const whole = openFile(path);
  try {
    const copy = `${path}.copy`;
    saveBundle(copy, "GOTRACE_CACHE", [whole]);
    renameSync(copy, path);
  } finally {
    whole.close();
  }
}
