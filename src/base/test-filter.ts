/** Choosing tests as `go test -run` does: `TestGet/first` is an expression for each level of the name. */

/** A choice of tests. */
export interface TestFilter {
  /** As it was written. */
  readonly text: string;
  /** Whether a test is chosen, or one that it is beneath. @param name without package: `TestGet/first` */
  readonly matches: (name: string) => boolean;
}

/**
 * Go's rules (testing.splitRegexp): `/` separates levels and `|` alternatives, outside of brackets; each expression matches
 * anywhere in its part of the name, spaces in it stand for the underscores that Go writes in their place.
 *
 * @param compile makes an expression, or throws when it is a bad one
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
