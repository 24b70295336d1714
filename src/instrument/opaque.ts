/** Blanks comments and strings, so that patterns match code only. */
import { scan } from "./scan.js";

/** The text with spaces for comments and letters for strings and runes; offsets stay valid. */
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
