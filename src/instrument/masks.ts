/**
 * Hides syntax that the grammar does not know, by overwriting it in a copy of the same length. Offsets stay valid, and no
 * hidden text contains function bodies, so the copy has the same hook points as the original.
 */
import type { Parse } from "./grammar.js";
import { readHead, skipTrivia } from "./names.js";
import { scan } from "./scan.js";

/**
 * Hides the constructs that are known to fail: type parameters of methods (`func (T) M[P any]()`), method expressions of type
 * literals (`interface{ M() }.M`), empty initializers, lone semicolons, labels without a statement, and values as operands of
 * `new` (Go 1.26). The last only if the call does not parse: after masking, `new([]T)` would fail, because `[]T` is not an
 * expression.
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

/** The text being masked, and a copy with spaces for comments, strings and runes, so that patterns match code only. */
class Mask {
  readonly #text: Uint16Array;
  readonly #code: Uint16Array;

  constructor(text: string) {
    this.#text = unitsOf(text);
    this.#code = unitsOf(text);
    scan(text, 0, text.length, (start, end) => {
      // The grammar does not know that a general comment with a newline in it acts like a newline.
      if (text.startsWith("/*", start) && text.slice(start, end).includes("\n")) this.fill(start, end, "\n");
      else this.#code.fill(0x20, start, end);
    });
  }

  get text(): string {
    return this.slice(0, this.#text.length);
  }

  get code(): string {
    return stringOf(this.#code);
  }

  slice(start: number, end: number): string {
    return stringOf(this.#text.subarray(start, end));
  }

  fill(start: number, end: number, char: string): void {
    this.#text.fill(char.charCodeAt(0), start, end);
    this.#code.fill(char.charCodeAt(0), start, end);
  }

  /** Offset after the bracket that closes the first `(`, `[` or `{` at or after `from`; the text's length without one. */
  closed(from: number): number {
    let depth = 0;
    for (let i = from; i < this.#code.length; i++) {
      const unit = this.#code[i];
      if (unit === 0x28 || unit === 0x5b || unit === 0x7b) depth++;
      else if ((unit === 0x29 || unit === 0x5d || unit === 0x7d) && --depth === 0) return i + 1;
    }
    return this.#code.length;
  }
}

const utf16 = new TextDecoder("utf-16le", { ignoreBOM: true });

function unitsOf(text: string): Uint16Array {
  return Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
}

function stringOf(units: Uint16Array): string {
  return utf16.decode(units);
}

function maskMethodTypeParameters(masked: Mask): void {
  const { text } = masked;
  if (!text.startsWith("func")) return;
  const head = readHead(text, 0);
  if (head === null || text[head.afterFunc] !== "(") return;
  const open = skipTrivia(text, head.nameEnd);
  if (text[open] === "[") masked.fill(open, masked.closed(open), " ");
}

function maskTypeLiteralSelectors(masked: Mask): void {
  const { code } = masked;
  for (const match of [...code.matchAll(/\b(?:interface|struct)\s*\{/g)].reverse()) {
    const end = masked.closed(match.index);
    if (/^[\s)]*\.\s*[\p{L}_]/u.test(code.slice(end, end + 80))) masked.fill(match.index, end, "x");
  }
}

/** `if ; c {` and `switch ; {`: an empty statement before the semicolon. */
function maskEmptyInitializers(masked: Mask): void {
  for (const match of masked.code.matchAll(/\b(?:if|switch)\s*;/g)) {
    const end = match.index + match[0].length;
    masked.fill(end - 1, end, " ");
  }
}

/** `{; x }`, `x;; y`, `case x:; y`: an empty statement's semicolon becomes a newline, which is mere white space there. */
function maskEmptyStatements(masked: Mask): void {
  const { code } = masked;
  for (const match of code.matchAll(/(?<=[{;:]\s*|\n\s*);/g)) {
    // The two semicolons of `for ;; {` are needed.
    const line = code.lastIndexOf("\n", match.index - 1) + 1;
    if (!/\bfor\b[^{}]*$/.test(code.slice(line, match.index))) masked.fill(match.index, match.index + 1, "\n");
  }
}

/** `A: B: }`: several labels before a closing brace. */
function maskLabelsOfNothing(masked: Mask): void {
  const labels =
    /(?<=[{};:\n]\s*)(?!default\b)(?:[\p{L}_][\p{L}\p{Nd}_]*\s*:\s*)+(?=(?!default\b)[\p{L}_][\p{L}\p{Nd}_]*\s*:\s*\})/gu;
  for (const match of masked.code.matchAll(labels)) masked.fill(match.index, match.index + match[0].length, " ");
}

function maskNews(masked: Mask, parse: Parse): void {
  // From last to first, so that nested operands are masked before the outer one is parsed.
  for (const match of [...masked.code.matchAll(/(?<![\p{L}\p{Nd}_.])(?:new|make)(?=\s*\()/gu)].reverse()) {
    const start = match.index;
    const word = start + match[0].length;
    const end = masked.closed(word);
    if (parse(`package p\nvar _ = ${masked.slice(start, end)}\n`) === null) masked.fill(start, word, "x");
  }
}
