/** Prints gotrace's messages on standard error. All go through here, so that none can carry control characters. */
import { printable } from "../base/printable.js";

/** Prints a message of one line. */
export function say(line: string): void {
  process.stderr.write(`gotrace: ${printable(line)}\n`);
}

/** Prints an error: what happened, and on the next line what to do. */
export function sayError({ message, advice }: { readonly message: string; readonly advice: string }): void {
  say(message);
  process.stderr.write(`  ${printable(advice)}\n`);
}

/** Prints text whose renderer has already made it printable. @param text ends with a newline */
export function sayRendered(text: string): void {
  process.stderr.write(`gotrace: ${text}`);
}
