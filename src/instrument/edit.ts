/** Inserts into a text by offset, like Go's cmd/internal/edit; nothing is ever deleted or moved. */

interface Insertion {
  readonly offset: number;
  readonly rank: number;
  readonly text: string;
}

/** Collects insertions in any order and applies them all at once. */
export class EditBuffer {
  readonly #insertions: Insertion[] = [];

  constructor(private readonly original: string) {}

  /** Whether nothing was inserted. */
  get empty(): boolean {
    return this.#insertions.length === 0;
  }

  /**
   * Inserts text at an offset in UTF-16 units.
   *
   * @param rank orders insertions at one offset: text that belongs to the token before it (0) precedes text that belongs to
   *   the token after it (1)
   */
  insert(offset: number, rank: 0 | 1, text: string): void {
    this.#insertions.push({ offset, rank, text });
  }

  /**
   * The text with all insertions.
   *
   * @throws Error if two insertions share offset and rank, or one lies outside the text or splits a surrogate pair
   */
  toString(): string {
    const { original } = this;
    const sorted = this.#insertions.toSorted((a, b) => a.offset - b.offset || a.rank - b.rank);
    const parts: string[] = [];
    let done = 0;
    let before: Insertion | undefined;
    for (const insertion of sorted) {
      const { offset, rank, text } = insertion;
      if (before?.offset === offset && before.rank === rank)
        throw new Error(`overlapping edits at ${offset}: ${JSON.stringify(before.text)} and ${JSON.stringify(text)}`);
      if (!(offset >= 0 && offset <= original.length))
        throw new Error(`edit at ${offset} outside the text of length ${original.length}`);
      if (/^[\uDC00-\uDFFF]/.test(original.charAt(offset))) throw new Error(`edit at ${offset} splits a character`);
      parts.push(original.slice(done, offset), text);
      done = offset;
      before = insertion;
    }
    parts.push(original.slice(done));
    return parts.join("");
  }
}
