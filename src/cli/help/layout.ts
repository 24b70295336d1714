/** Wraps the text of help to the width of a terminal. */

import { wrap } from "../../render/wrap.js";

/** Maximum columns of a line. A longer word gets a separate line. */
const WIDTH = 80;

const widthOf = (text: string) => text.length;

/** A table of two columns: names, and beside them what they mean. */
export function entries(list: readonly (readonly [name: string, meaning: string])[]): string {
  const column = Math.max(...list.map(([name]) => name.length)) + 4;
  const gap = `\n${" ".repeat(column)}`;
  return list
    .map(([name, meaning]) => `  ${name}`.padEnd(column) + wrap(meaning, WIDTH - column, widthOf).join(gap))
    .join("\n");
}

/** Wraps paragraphs, which are separated by blank lines. */
export function paragraphs(text: string): string {
  return text
    .split("\n\n")
    .map((part) => wrap(part.replaceAll("\n", " "), WIDTH, widthOf).join("\n"))
    .join("\n\n");
}
