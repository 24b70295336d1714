/**
 * Text that comes from a trace, a file name or an error, made safe to show: no control character (C0, DEL, C1), no line
 * or paragraph separator, no character that changes the direction of text (Unicode property Bidi_Control), no lone
 * surrogate. Every text that people may see passes through here once; each format then applies its own escapes.
 */

/** Line feeds are allowed. */
const CLASS = String.raw`(?!\n)[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]`;
const UNSAFE = new RegExp(CLASS, "u");
const EVERY_UNSAFE = new RegExp(CLASS, "gu");
const BREAK = /\r\n|[\t\n\v\f\r\x85\u2028\u2029]/g;

/** One line of text: tabs and line breaks become spaces, other unsafe characters U+FFFD. */
export function printable(text: string): string {
  return UNSAFE.test(text) || text.includes("\n") ? text.replace(BREAK, " ").replace(EVERY_UNSAFE, "\ufffd") : text;
}

/** A copy of plain data (objects, arrays, maps) in which every string and key is {@link printable}. */
export function printableAll<T>(value: T): T {
  return copy(value) as T;
}

function copy(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Map) return new Map([...value].map(([key, inner]) => [copy(key), copy(inner)]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [printable(key), copy(inner)]));
}

/**
 * `JSON.stringify` with unsafe characters written as `\uXXXX`: the same value to a program, harmless on a terminal.
 * @param value anything that JSON can hold, not undefined
 */
export function jsonText(value: unknown, replacer?: (key: string, value: unknown) => unknown, indent?: number): string {
  const text = JSON.stringify(value, replacer, indent);
  return UNSAFE.test(text) ? text.replace(EVERY_UNSAFE, escaped) : text;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
