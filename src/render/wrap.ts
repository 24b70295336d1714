/** Wraps text to a width. */
import type { Measure } from "./style.js";

/** Wraps text into lines of at most `width` columns; a longer word gets its own line. */
export function wrap(text: string, width: number, widthOf: Measure): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}
