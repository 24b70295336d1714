/** Messages on standard error: the one way there, so that nothing in them can command a terminal or a log. */
import { printable } from "../base/printable.js";

/** Writes a message of one line. */
export function say(line: string): void {
  process.stderr.write(`gotrace: ${printable(line)}\n`);
}

/** Writes an error: what happened, and below it what to do. */
export function sayError({ message, advice }: { readonly message: string; readonly advice: string }): void {
  say(message);
  process.stderr.write(`  ${printable(advice)}\n`);
}

/** Writes lines, each with its end, that their renderer has made printable. */
export function sayRendered(text: string): void {
  process.stderr.write(`gotrace: ${text}`);
}
