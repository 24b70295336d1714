/** A text for patterns that are about code alone. */
import { scan } from "./scan.js";

/** The text with comments blanked and strings turned into letters, every offset as it was. */
export function withoutOpaque(text: string): string {
  const parts: string[] = [];
  let done = 0;
  scan(text, 0, text.length, (start, end) => {
    parts.push(text.slice(done, start), (text[start] === "/" ? " " : "x").repeat(end - start));
    done = end;
  });
  parts.push(text.slice(done));
  return parts.join("");
}
