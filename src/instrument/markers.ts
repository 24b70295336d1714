// Hooks in disguise, for `-cover` builds: Go's cover tool counts statements and notes columns, so it must not see ours. Each
// insertion is a comment that holds its code, /*gotrace:CODE*/, and behind it a line directive, /*line :L:C*/, that gives the
// text that follows the position it had. The tool copies comments as they are; then expandMarkers turns them into code.
import type { LineDirective } from "./scan.js";
import { markerStart } from "./snippets.js";

/**
 * Turns markers into code, after the cover tool has run. It is one substitution, the same in every language.
 */
// sed: s,/\*gotrace:\([^*]*\)\*/,\1,g     Go: regexp.MustCompile(`/\*gotrace:([^*]*)\*/`) with `${1}`
export function expandMarkers(text: string): string {
  return text.replace(/\/\*gotrace:([^*]*)\*\//g, "$1");
}

/** A comment that holds code. The code never contains an asterisk. */
export function marker(code: string): string {
  return `${markerStart}${code}*/`;
}

/** Gives positions as Go's tools see them, in ascending order of offset. */
export class Positions {
  #line = 1;
  #lineStart = 0;
  #scanned = 0;
  #directive = 0;
  /** The line directive in force: number and column it gives, and the physical line it gives them to. */
  #base: { line: number; column: number; physical: number; next: number } | null = null;

  constructor(
    private readonly text: string,
    private readonly directives: readonly LineDirective[],
  ) {}

  /**
   * The comment that gives the text at an offset its position back, after an insertion just before it. Empty where a line
   * directive without a column is in force: columns are unknown there and nothing needs to be put right. The form without a
   * file name keeps the file name.
   *
   * @param offset not less than the last one asked for
   */
  directiveAt(offset: number): string {
    for (; this.directives[this.#directive]?.next <= offset; this.#directive++) {
      const { next, text } = this.directives[this.#directive];
      const match = /^(?:(.*?):)?(\d+):(\d+)$/.exec(text) ?? /^(.*):(\d+)$/.exec(text);
      if (match === null) continue;
      this.#advance(next);
      const [line, column] = match.length === 4 ? [Number(match[2]), Number(match[3])] : [Number(match[2]), 0];
      this.#base = { line, column, physical: this.#line, next };
    }
    this.#advance(offset);
    const base = this.#base;
    if (base === null) return `/*line :${this.#line}:${this.#column(this.#lineStart, offset)}*/`;
    if (base.column === 0) return "";
    const line = base.line + this.#line - base.physical;
    const column =
      this.#line === base.physical
        ? base.column + this.#column(base.next, offset) - 1
        : this.#column(this.#lineStart, offset);
    return `/*line :${line}:${column}*/`;
  }

  #advance(offset: number): void {
    for (;;) {
      const newline = this.text.indexOf("\n", this.#scanned);
      if (newline < 0 || newline >= offset) return;
      this.#line++;
      this.#scanned = newline + 1;
      this.#lineStart = newline + 1;
    }
  }

  /** Go's columns count bytes, from 1. */
  #column(from: number, to: number): number {
    return new TextEncoder().encode(this.text.slice(from, to)).length + 1;
  }
}
