// Hooks in disguise, for `-cover` builds: Go's cover tool counts statements and notes columns, so it must not see ours. Each
// insertion but the import is a comment that holds its code, /*NAME:CODE*/, and behind it stands a line directive,
// /*line :L:C*/, that gives the text that follows the position it had. The tool copies comments as they are; then expandMarkers
// turns them into code.
import type { LineDirective } from "./scan.js";
import { importName } from "./snippets.js";

/**
 * Turns markers into code, after the cover tool has run. It is one substitution, the same in every language.
 * @param name of the import
 */
// sed: s,/\*__gotrace:\([^*]*\)\*/,\1,g     Go: regexp.MustCompile(`/\*__gotrace:([^*]*)\*/`) with `${1}`
export function expandMarkers(text: string, name: string = importName): string {
  return text.replace(new RegExp(`/\\*${name}:([^*]*)\\*/`, "g"), "$1");
}

/** A comment that holds code. The code never contains an asterisk. @param name of the import: no comment of the user has it */
export function marker(code: string, name: string): string {
  return `/*${name}:${code}*/`;
}

const encoder = new TextEncoder();

/** Gives positions as Go's tools see them, in ascending order of offset. */
export class Positions {
  #line = 1;
  #newline: number;
  #columnAt = 0;
  #columnBytes = 0;
  #directive = 0;
  /** The line directive in force: line and column it gives, to which physical line, after how many of its bytes. */
  #base: { line: number; column: number; physical: number; bytes: number } | null = null;

  constructor(
    private readonly text: string,
    private readonly directives: readonly LineDirective[],
  ) {
    this.#newline = text.indexOf("\n");
  }

  /**
   * The comment that gives the text at an offset its position back, after an insertion just before it: line and column, which
   * counts bytes, from 1. The form without a file name keeps the file name. Empty where a line directive without a column
   * is in force: columns are unknown there and nothing needs to be put right.
   *
   * @param offset not less than the last one asked for
   */
  directiveAt(offset: number): string {
    for (; this.directives[this.#directive]?.next <= offset; this.#directive++) {
      const { next, text } = this.directives[this.#directive];
      const match = /^.*:(\d+):(\d+)$/.exec(text) ?? /^.*:(\d+)$/.exec(text);
      if (match === null) continue;
      this.#advance(next);
      const column = match.length === 3 ? Number(match[2]) : 0;
      this.#base = { line: Number(match[1]), column, physical: this.#line, bytes: this.#bytes(next) };
    }
    this.#advance(offset);
    const bytes = this.#bytes(offset);
    const base = this.#base;
    if (base === null) return `/*line :${this.#line}:${bytes + 1}*/`;
    if (base.column === 0) return "";
    const column = this.#line === base.physical ? base.column + bytes - base.bytes : bytes + 1;
    return `/*line :${base.line + this.#line - base.physical}:${column}*/`;
  }

  #advance(offset: number): void {
    for (; this.#newline >= 0 && this.#newline < offset; this.#newline = this.text.indexOf("\n", this.#columnAt)) {
      this.#line++;
      this.#columnAt = this.#newline + 1;
      this.#columnBytes = 0;
    }
  }

  /** Bytes from the start of the line to the offset, which is on the current line and not before the last one asked for. */
  #bytes(offset: number): number {
    this.#columnBytes += encoder.encode(this.text.slice(this.#columnAt, offset)).length;
    this.#columnAt = offset;
    return this.#columnBytes;
  }
}
