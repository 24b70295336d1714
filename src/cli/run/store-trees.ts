/**
 * Stores what was counted of processes whose calls were given back while they ran, in their traces: later commands have
 * nothing else to show.
 */
import { truncateSync } from "node:fs";
import { messageOf } from "../../base/errors.js";
import { isGivenBack, notePatches, treePatches } from "../../calltrace/index.js";
import { followedTree } from "../../calltree/index.js";
import { sayError } from "../say.js";
import { type OpenFile, patchFile } from "../trace-files.js";
import { processesOf } from "./bundle.js";

/** Stores the trees of processes that have ended. Prints an error where that fails; the report of this run has the tree. */
export function storeTrees(files: readonly OpenFile[]): void {
  for (const file of files) {
    const tree = file.followed && file.source.live === undefined ? file.followed : undefined;
    const [process] = tree === undefined ? [] : processesOf(file);
    if (tree === undefined || process === undefined || !isGivenBack(process)) continue;
    try {
      patchFile(file.path, process.base, treePatches(process, followedTree(tree) ?? []));
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
