// Hides hooks in comments for `-cover` builds: Go's cover tool counts statements and notes columns, so it must not see the
// hooks. Each insertion except the import becomes a comment that contains its code, /*NAME:CODE*/, followed by a line
// directive, /*line :L:C*/, which restores the position of the text after it. The tool copies comments unchanged; then
// expandMarkers turns them into code.
import type { LineDirective } from "./scan.js";
import { importName } from "./snippets.js";

/**
 * Turns markers into code, after the cover tool has run.
 * @param name name of the import
 */
export function expandMarkers(text: string, name: string = importName): string {
  return text.replace(new RegExp(`/\\*${name}:([^*]*)\\*/`, "g"), "$1");
}

/** A comment that contains code without asterisks. @param name name of the import, which the user's text does not contain */
export function marker(code: string, name: string): string {
  return `/*${name}:${code}*/`;
}

const encoder = new TextEncoder();

/** Computes positions as Go's tools see them, for offsets in ascending order. */
export class Positions {
  #line = 1;
  #newline: number;
  #columnAt = 0;
  #columnBytes = 0;
  #directive = 0;
  /** The line directive in force: the line and column that it sets, and the physical line and byte where they apply. */
  #base: { line: number; column: number; physical: number; bytes: number } | null = null;

  constructor(
    private readonly text: string,
    private readonly directives: readonly LineDirective[],
  ) {
    this.#newline = text.indexOf("\n");
  }

  /**
   * The line directive that, after an insertion at an offset, restores the position of the text there: line and column from
   * 1, columns in bytes. Without a file name in it, the file name stays the same. Empty if a line directive without a column
   * is in force: columns are unknown then, and there is nothing to restore.
   *
   * @param offset not less than in the call before
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

  /** Bytes from the start of the line to an offset, which is on the current line and not less than in the call before. */
  #bytes(offset: number): number {
    this.#columnBytes += encoder.encode(this.text.slice(this.#columnAt, offset)).length;
    this.#columnAt = offset;
    return this.#columnBytes;
  }
}
