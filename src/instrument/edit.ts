/** Insertions into a text by offset, in the manner of Go's cmd/internal/edit: nothing is ever deleted or moved. */

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
   * Inserts text before the unit at `offset`.
   *
   * @param rank orders insertions at one offset: what belongs to the token before (0) comes ahead of what belongs to the
   *   token after (1)
   */
  insert(offset: number, rank: 0 | 1, text: string): void {
    this.#insertions.push({ offset, rank, text });
  }

  /**
   * The text with all insertions.
   *
   * @throws Error if two insertions share offset and rank (naming both), lie outside the text or split a surrogate pair
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
