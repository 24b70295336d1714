/** Help in lines of a width. */

import { wrap } from "../../render/wrap.js";

/** Columns of a line of help at most; a longer word has a line of its own. */
const WIDTH = 80;

const widthOf = (text: string) => text.length;

/** Names, and beside them what they mean. */
export function entries(list: readonly (readonly [name: string, meaning: string])[]): string {
  const column = Math.max(...list.map(([name]) => name.length)) + 4;
  const gap = `\n${" ".repeat(column)}`;
  return list
    .map(([name, meaning]) => `  ${name}`.padEnd(column) + wrap(meaning, WIDTH - column, widthOf).join(gap))
    .join("\n");
}

/** Paragraphs, which blank lines part. */
export function paragraphs(text: string): string {
  return text
    .split("\n\n")
    .map((part) => wrap(part.replaceAll("\n", " "), WIDTH, widthOf).join("\n"))
    .join("\n\n");
}
