/** Terminal colours, and measuring and cutting text to a width. */
import { styleText } from "node:util";

export type Paint = (style: "dim" | "bold" | "red" | "cyan" | "yellow", text: string) => string;

/**
 * Paints with escape codes if `colour` is set. The caller decides whether its output is a terminal that wants colours.
 */
export function painter(colour: boolean): Paint {
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

/** Returns the number of columns that a text takes on a terminal. */
export type Measure = (text: string) => number;

/** Characters known to take one column each; measuring others is a hundred times slower. */
const PLAIN = /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2500-\u257f≥–…]*$/;

/** The measure for texts of single-column characters. */
export const plainWidth: Measure = (text) => text.length;

/** A measure that is right for these names. Loads the library for wide and combining characters only if needed. */
export async function measureFor(names: Iterable<string>): Promise<Measure> {
  for (const name of names) {
    if (PLAIN.test(name)) continue;
    const { default: stringWidth } = await import("string-width");
    return (text) => (PLAIN.test(text) ? text.length : stringWidth(text));
  }
  return plainWidth;
}

/** Cuts a text at its end to at most `width` columns. */
export function truncateEnd(text: string, width: number, widthOf: Measure): string {
  if (widthOf(text) <= width) return text;
  let head = "";
  let used = 1;
  for (const character of text) {
    used += widthOf(character);
    if (used > width) break;
    head += character;
  }
  return `${head}…`;
}

/** Cuts a text in the middle to at most `width` columns, so that package and method stay readable. */
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
