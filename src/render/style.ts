/** Colours, and text that fits a width. */
import { styleText } from "node:util";

export type Paint = (style: "dim" | "bold" | "red" | "cyan" | "yellow", text: string) => string;

/** Paints with escape codes, or not at all. The caller knows whether its output is a terminal that wants colours. */
export function painter(colour: boolean): Paint {
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

/** Columns that a text takes on a terminal. */
export type Measure = (text: string) => number;

/** Characters that are known to take one column each; measuring others takes a hundred times as long. */
const PLAIN = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2500-\u257f≥–…]*$/;

/** The measure for names of plain letters. */
export const plainWidth: Measure = (text) => text.length;

/** A measure that is right for these names. The library for wide and combining characters is loaded only for them. */
export async function measureFor(names: Iterable<string>): Promise<Measure> {
  for (const name of names) {
    if (PLAIN.test(name)) continue;
    const { default: stringWidth } = await import("string-width");
    return (text) => (PLAIN.test(text) ? text.length : stringWidth(text));
  }
  return plainWidth;
}

/** A text cut in the middle so that it takes at most `width` columns; package and method stay readable. */
export function truncateMiddle(text: string, width: number, widthOf: Measure): string {
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
