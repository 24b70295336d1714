/** Regular expressions as Go's users write them. */
import { messageOf } from "./errors.js";

/**
 * The expression of a text: Unicode, and with modes as Go has them (`(?i)` at its start); escapes that only Go's know are
 * taken as they are meant.
 *
 * @throws SyntaxError that says what is wrong with a bad expression
 */
export function compilePattern(text: string): RegExp {
  const [, modes = "", rest] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(text)!;
  try {
    return new RegExp(rest, `u${modes}`);
  } catch {
    // Escapes that Unicode patterns refuse (\-) are fine in Go's.
  }
  try {
    return new RegExp(rest, modes);
  } catch (error) {
    throw new SyntaxError(
      messageOf(error)
        .replace(/^Invalid regular expression: /, "")
        .replace(/^\/.*\/[a-z]*: /s, ""),
    );
  }
}
