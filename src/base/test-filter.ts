/** Selects tests as `go test -run` does: `TestGet/first` has an expression for each level of the name. */

/** A parsed `-run` filter. */
export interface TestFilter {
  /** The source text. */
  readonly text: string;
  /** Whether the test or one of its parents is selected. @param name without package: `TestGet/first` */
  readonly matches: (name: string) => boolean;
}

/**
 * Go's rules (testing.splitRegexp): `/` separates levels and `|` alternatives, outside brackets; each expression may
 * match anywhere in its level; spaces in it become underscores, as Go rewrites them in names.
 *
 * @param compile compiles an expression; throws if it is invalid
 */
export function testFilter(text: string, compile: (expression: string) => RegExp): TestFilter {
  const alternatives = split(text, "|").map((one) => split(one, "/").map((part) => compile(part.replace(/\s/g, "_"))));
  return {
    text,
    matches: (name) => {
      const parts = name.split("/");
      return alternatives.some(
        (levels) => levels.length <= parts.length && levels.every((level, i) => level.test(parts[i])),
      );
    },
  };
}

function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let square = 0;
  let round = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === "[") square++;
    else if (char === "]") square = Math.max(0, square - 1);
    else if (char === "(" && square === 0) round++;
    else if (char === ")" && square === 0) round = Math.max(0, round - 1);
    else if (char === separator && square === 0 && round === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}
