/** Compiles Go-style regular expressions to JavaScript's. */
import { messageOf } from "./errors.js";

/**
 * Compiles an expression with Unicode and with Go's modes (`(?i)` at its start). Escapes that are valid only in Go keep
 * their meaning.
 *
 * @throws SyntaxError with a message that says what is wrong
 */
export function compilePattern(text: string): RegExp {
  const [, modes = "", rest] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(text)!;
  try {
    return new RegExp(rest, `u${modes}`);
  } catch {
    // Unicode patterns reject some escapes that Go accepts (\-).
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
