/** Colours, and text that fits a width. */
import { styleText } from "node:util";
import stringWidth from "string-width";

export type Paint = (style: "dim" | "bold" | "red" | "cyan" | "yellow", text: string) => string;

/** Paints with escape codes, or not at all. The caller knows whether its output is a terminal that wants colours. */
export function painter(colour: boolean): Paint {
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

/** Characters that are known to take one column each; measuring others takes a hundred times as long. */
const PLAIN = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2500-\u257f≥…]*$/;

/** Columns a text takes on a terminal. */
export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** A text cut in the middle so that it takes at most `width` columns; package and method stay readable. */
export function truncateMiddle(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const characters = [...text];
  const room = Math.max(width - 1, 2);
  let head = "";
  let tail = "";
  let used = 0;
  let low = 0;
  let high = characters.length - 1;
  while (low <= high) {
    const front = used % 2 === 0 ? widthOf(head) <= widthOf(tail) : widthOf(head) < widthOf(tail);
    const next = front ? characters[low] : characters[high];
    if (used + widthOf(next) > room) break;
    used += widthOf(next);
    if (front) {
      head += next;
      low++;
    } else {
      tail = next + tail;
      high--;
    }
  }
  return `${head}…${tail}`;
}
