/** How a process records, in words. */

import { baseName } from "../../base/place.js";
import { formatQuantity } from "../../base/quantity.js";
import { formatBytes } from "../../base/units.js";
import { GATES } from "../../calltrace/index.js";
import { isPending, type Recorder } from "./recorder.js";

/** Lines about a process: what it does, and what limits that. */
export function recorderLines(recorder: Recorder): string[] {
  const { executable, pid, control } = recorder;
  const name = `${baseName(executable)} (${pid})`;
  if (control === undefined)
    return [`${name} records everything; an older gotrace built it, so that cannot be changed`];
  const { numbers, text, mode } = control;
  const limits = [
    ...(text === "" ? [] : [`functions: ${selectionWords(text.split("\n"))}`]),
    ...(numbers.minimum === 0n
      ? []
      : [`calls of at least ${formatQuantity(Number(numbers.minimum), "ns")}, and the callers of such calls`]),
    ...(numbers.depth === 0n ? [] : [`the outermost levels of each goroutine: ${numbers.depth}`]),
  ];
  const recording = limits.length > 0 ? "records" : "records everything";
  const paused =
    numbers.gate === GATES.behind ? "is paused until gotrace has read what it wrote" : "is paused: it records nothing";
  const what = numbers.gate === GATES.open ? recording : paused;
  return [
    `${name} ${what}`,
    ...limits.map((line) => `  ${line}`),
    ...(mode === "ring" ? [`  in a ring: ${ringWords(Number(numbers.ringAge), Number(numbers.ringBytes))}`] : []),
    ...(isPending(recorder) ? ["  not in force yet: no traced function was called since"] : []),
  ];
}

/** `all, but not codec\. , but x`: the last that matches decides. */
function selectionWords(lines: readonly string[]): string {
  const words = lines.map((line) => (line.startsWith("+") ? `but ${line.slice(1)}` : `but not ${line.slice(1)}`));
  const first = lines[0].startsWith("+") ? `only ${lines[0].slice(1)}` : `all but ${lines[0].slice(1)}`;
  return [first, ...words.slice(1)].join(", ");
}

function ringWords(age: number, bytes: number): string {
  if (age === 0) return `the last ${formatBytes(bytes)}`;
  return `the last ${formatQuantity(age, "ns")}, at most ${formatBytes(bytes)}`;
}
