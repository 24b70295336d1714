/**
 * Functions that package testing may run: their first parameter is a `*testing.T`, `B` or `F`. Where such a function is the
 * first one of its goroutine, the goroutine is named after the test.
 */
import { importedName } from "./imports.js";
import { skipTrivia } from "./names.js";

/** How a function's body calls the test that it is given. */
export interface TestParameter {
  readonly name: string;
  /** What must be inserted for that, where the source gives it no name. */
  readonly insertion?: { readonly at: number; readonly text: string };
}

/** Tells which functions of a file take a test. */
export class TestParameters {
  private readonly first: RegExp | undefined;
  private readonly alone: RegExp | undefined;

  constructor(private readonly text: string) {
    const name = text.includes("*") && text.includes('"testing"') ? importedName(text, "testing") : null;
    if (name === null) return;
    const type = `\\*\\s*${name}\\s*\\.\\s*[TBF]\\b`;
    this.first = new RegExp(`\\(\\s*([\\p{L}_][\\p{L}\\p{Nd}_]*)\\s+${type}`, "uy");
    this.alone = new RegExp(`\\(\\s*(?=${type}\\s*\\))`, "uy");
  }

  /** The test of a function, or undefined. @param from offset behind its name, or behind `func` */
  of(from: number): TestParameter | undefined {
    const { first, alone, text } = this;
    if (first === undefined || alone === undefined) return undefined;
    const open = skipTrivia(text, from);
    first.lastIndex = alone.lastIndex = open;
    const [match, name] = first.exec(text) ?? [];
    if (match !== undefined && name !== undefined) {
      if (name !== "_") return { name };
      const at = text.indexOf("_", open) + 1;
      return { name: "_gotrace", insertion: { at, text: "gotrace" } };
    }
    const before = alone.exec(text);
    if (before === null) return undefined;
    return { name: "_gotrace", insertion: { at: open + before[0].length, text: "_gotrace " } };
  }
}
