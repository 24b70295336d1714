/** Which packages are traced: import-path patterns as Go writes them, plus `*` within one path element. */

import { relative, sep } from "node:path";

/** The part of a package that patterns look at. */
export interface Matchable {
  readonly importPath: string;
  readonly dir: string;
}

/**
 * A predicate for one pattern.
 * `...` matches any string (`p/...` matches p too), `*` anything but a slash (`p/*` matches p too). A pattern that starts with `./` or `../`
 * is matched against the package's directory, relative to `cwd`; any other against the import path.
 */
export function packagePattern(pattern: string, cwd: string): (candidate: Matchable) => boolean {
  const local = /^\.{1,2}(\/|$)/.test(pattern);
  const body = local ? pattern.replace(/^\.\/(?=.)/, "").replace(/(?<=.)\/$/, "") : pattern;
  const source = body
    .replace(/[.+?^${}()|[\]\\*]/g, "\\$&")
    .replaceAll("\\.\\.\\.", "\u0000")
    .replaceAll("\\*", "[^/]*")
    .replace(/\/\u0000$/, "(?:/.*)?")
    .replace(/\/\[\^\/\]\*$/, "(?:/[^/]*)?")
    .replaceAll("\u0000", ".*");
  const expression = new RegExp(`^${source}$`);
  return (candidate) => {
    if (!local) return expression.test(candidate.importPath);
    const path = relative(cwd, candidate.dir).split(sep).join("/");
    return expression.test(path === "" ? "." : path);
  };
}

/** Whether a package is chosen by `--include` (all when there is none) and not by `--exclude`. */
export function packageFilter(include: readonly string[], exclude: readonly string[], cwd: string) {
  const matchers = (flag: string, patterns: readonly string[]) =>
    patterns.map((pattern) => ({ word: `${flag} ${pattern}`, matches: packagePattern(pattern, cwd) }));
  const included = matchers("--include", include);
  const excluded = matchers("--exclude", exclude);
  const named = (candidate: Matchable) => included.some(({ matches }) => matches(candidate));
  return {
    /** Named by an --include pattern. */
    named,
    accepts: (candidate: Matchable) =>
      (included.length === 0 || named(candidate)) && !excluded.some(({ matches }) => matches(candidate)),
    /** Patterns that match none of these, with their flag. */
    unmatched: (candidates: readonly Matchable[]) =>
      [...included, ...excluded].filter(({ matches }) => !candidates.some(matches)),
  };
}
