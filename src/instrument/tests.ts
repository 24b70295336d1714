/**
 * Finds functions that package testing may run: their first parameter is a `*testing.T`, `B` or `F`. If such a function is
 * the first of its goroutine, the runtime names the goroutine after the test.
 */
import { importedName } from "./imports.js";
import { skipTrivia } from "./names.js";

/** A function's parameter for the test. */
export interface TestParameter {
  readonly name: string;
  /** The insertion that gives the parameter this name, if the source does not. */
  readonly insertion?: { readonly at: number; readonly text: string };
}

/** Finds the test parameters of a file's functions. */
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

  /** The test parameter of a function, or undefined. @param from offset after its name, or after a literal's `func` */
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
