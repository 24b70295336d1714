/** What a report must say about how complete it is: one line each. */
import { formatCount, formatDuration, formatNumberOf } from "../base/units.js";
import { type ProcessTree, sumOf } from "../calltree/index.js";

/**
 * The lines below the tree of a process.
 *
 * @param untraced whether untraced code started one of the goroutines shown
 */
export function footer(process: ProcessTree, untraced: boolean, remarks: readonly string[]): string[] {
  const { info, tree } = process;
  const lines = [`${formatNumberOf(process.events, "event")}, ${formatNumberOf(process.goroutines, "goroutine")}`];
  if (info.stop !== undefined) {
    lines.push(`recording stopped after ${formatDuration(info.stop.at)}: ${info.stop.reason}`);
  }
  if (info.lost > 0) lines.push(`not recorded: ${formatNumberOf(info.lost, "event")}`);
  const running = sumOf(tree.running);
  if (running > 0) {
    const since = process.atLeast ? " (≥: at least until the recording ended)" : "";
    lines.push(`not returned when the process ended: ${formatNumberOf(running, "frame")}${since}`);
  }
  const panics = sumOf(tree.panics);
  if (panics > 0) lines.push(`left by panic: ${formatNumberOf(panics, "frame")}`);
  const goexits = sumOf(tree.goexits);
  if (goexits > 0) lines.push(`left by runtime.Goexit: ${formatNumberOf(goexits, "frame")}`);
  if (untraced) {
    lines.push(
      "go~: a goroutine started by code that is not traced, shown under a frame of the goroutine that started it",
    );
  }
  if (process.deep) {
    lines.push(
      `calls deeper than ${process.depthLimit} levels are shown on level ${process.depthLimit}, with their self time`,
    );
  }
  if (tree.others > 0) {
    lines.push(
      `more than ${formatCount(process.pathLimit)} call paths: ${formatNumberOf(tree.calls[tree.others], "call")} on others are counted by function under [other call paths], with their self time`,
    );
  }
  if (process.strayExits > 0) lines.push(`exits without an enter: ${formatNumberOf(process.strayExits, "event")}`);
  if (process.problem !== undefined) {
    const { offset, message } = process.problem;
    lines.push(`the trace is damaged at offset ${offset}: ${message}; everything before it is shown`);
  }
  return [...lines, ...remarks];
}
