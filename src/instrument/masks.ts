/**
 * Same-length copies of a declaration in which syntax that is newer than the grammar is hidden. Offsets stay valid, and only
 * text without function bodies of its own is hidden, so that the sites found in the copy are those of the original.
 */
import type { Parse } from "./grammar.js";
import { readHead, skipTrivia } from "./names.js";
import { scan } from "./scan.js";

/**
 * Hides what is known to fail: type parameters of methods (`func (T) M[P any]()`), method expressions of type literals
 * (`interface{ M() }.M`), empty initializers, lone semicolons, labels of nothing and, each only if it does not parse by itself, operands of
 * `new` that are values (Go 1.26).
 * Masking `new([]T)` would be wrong: `[]T` is no expression.
 *
 * @param text one declaration
 */
export function maskGaps(text: string, parse: Parse): string {
  const masked = new Mask(text);
  maskMethodTypeParameters(masked);
  maskTypeLiteralSelectors(masked);
  maskEmptyInitializers(masked);
  maskEmptyStatements(masked);
  maskLabelsOfNothing(masked);
  maskNews(masked, parse);
  return masked.text;
}

/** A text under masking, and a copy in which comments, strings and runes are spaces, so that patterns see code only. */
class Mask {
  code: string;

  constructor(public text: string) {
    const opaque: [number, number][] = [];
    scan(text, 0, text.length, (start, end) => opaque.push([start, end]));
    // A general comment with a newline in it acts like a newline, which the grammar does not know.
    const newlines = (part: string) => (part.startsWith("/*") && part.includes("\n") ? "\n" : null);
    this.text = replaceAt(text, opaque, (part) => newlines(part)?.repeat(part.length) ?? part);
    this.code = replaceAt(text, opaque, (part) => (newlines(part) ?? " ").repeat(part.length));
  }

  fill(start: number, end: number, char: string): void {
    const fill = char.repeat(end - start);
    this.text = this.text.slice(0, start) + fill + this.text.slice(end);
    this.code = this.code.slice(0, start) + fill + this.code.slice(end);
  }

  /** Offset after the bracket that matches the one at `open`; the text's length if there is none. */
  closed(open: number): number {
    let depth = 0;
    for (let i = open; i < this.code.length; i++) {
      const char = this.code[i];
      if (char === "(" || char === "[" || char === "{") depth++;
      else if ((char === ")" || char === "]" || char === "}") && --depth === 0) return i + 1;
    }
    return this.code.length;
  }
}

function replaceAt(text: string, places: [number, number][], replace: (part: string) => string): string {
  const parts: string[] = [];
  let done = 0;
  for (const [start, end] of places) {
    parts.push(text.slice(done, start), replace(text.slice(start, end)));
    done = end;
  }
  return parts.join("") + text.slice(done);
}

function maskMethodTypeParameters(masked: Mask): void {
  if (!masked.code.startsWith("func")) return;
  const head = readHead(masked.text, 0);
  if (head === null || masked.text[head.afterFunc] !== "(") return;
  const open = skipTrivia(masked.text, head.nameEnd);
  if (masked.text[open] === "[") masked.fill(open, masked.closed(open), " ");
}

function maskTypeLiteralSelectors(masked: Mask): void {
  for (const match of [...masked.code.matchAll(/\b(?:interface|struct)\s*\{/g)].reverse()) {
    const end = masked.closed(match.index + match[0].length - 1);
    if (/^[\s)]*\.\s*[\p{L}_]/u.test(masked.code.slice(end, end + 80))) masked.fill(match.index, end, "x");
  }
}

/** `if ; c {` and `switch ; {`: an empty statement before the semicolon. */
function maskEmptyInitializers(masked: Mask): void {
  for (const match of masked.code.matchAll(/\b(?:if|switch)\s*;/g)) {
    const end = match.index + match[0].length;
    masked.fill(end - 1, end, " ");
  }
}

/** `{; x }`, `x;; y`, `case x:; y`: a semicolon of its own becomes a newline, which is white space where it ends nothing. */
function maskEmptyStatements(masked: Mask): void {
  for (const match of masked.code.matchAll(/(?<=[{;:]\s*|\n\s*);/g)) {
    const before = masked.code.slice(0, match.index);
    const header = before.slice(Math.max(before.lastIndexOf("{"), before.lastIndexOf("}")) + 1);
    if (!/\bfor\b/.test(header)) masked.fill(match.index, match.index + 1, "\n");
  }
}

/** `A: B: }`: several labels before a closing brace. */
function maskLabelsOfNothing(masked: Mask): void {
  const labels =
    /(?<=[{};:\n]\s*)(?!default\b)(?:[\p{L}_][\p{L}\p{Nd}_]*\s*:\s*)+(?=(?!default\b)[\p{L}_][\p{L}\p{Nd}_]*\s*:\s*\})/gu;
  for (const match of masked.code.matchAll(labels)) masked.fill(match.index, match.index + match[0].length, " ");
}

function maskNews(masked: Mask, parse: Parse): void {
  // From the last to the first, so that an operand's own operands are readable when it is tried.
  for (const match of [...masked.code.matchAll(/(?<![\p{L}\p{Nd}_.])(?:new|make)(?=\s*\()/gu)].reverse()) {
    const start = match.index;
    const word = start + match[0].length;
    const end = masked.closed(masked.code.indexOf("(", word));
    if (parse(`package p\nvar _ = ${masked.text.slice(start, end)}\n`) === null) masked.fill(start, word, "x");
  }
}
