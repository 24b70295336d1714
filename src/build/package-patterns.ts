/** Patterns of `--include` and `--exclude`: import-path patterns in Go's syntax, plus `*` within one path element. */

import { relative, sep } from "node:path";

/** The part of a package that patterns look at. */
export interface Matchable {
  readonly importPath: string;
  readonly dir: string;
}

/**
 * Compiles one pattern to a predicate. `...` matches any string (`p/...` also matches p), `*` any string without a slash
 * (`p/*` also matches p). A pattern that starts with `./` or `../` is matched against the package's directory, relative to
 * `cwd`; any other against the import path.
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

/** Compiles `--include` (all packages if empty) and `--exclude`. */
export function packageFilter(include: readonly string[], exclude: readonly string[], cwd: string) {
  const matchers = (flag: string, patterns: readonly string[]) =>
    patterns.map((pattern) => ({ word: `${flag} ${pattern}`, matches: packagePattern(pattern, cwd) }));
  const included = matchers("--include", include);
  const excluded = matchers("--exclude", exclude);
  const named = (candidate: Matchable) => included.some(({ matches }) => matches(candidate));
  return {
    /** Whether an --include pattern matches a package. */
    named,
    /** Whether a package is included and not excluded. */
    accepts: (candidate: Matchable) =>
      (included.length === 0 || named(candidate)) && !excluded.some(({ matches }) => matches(candidate)),
    /** Patterns that match none of the candidates; `word` is flag and pattern, for messages. */
    unmatched: (candidates: readonly Matchable[]) =>
      [...included, ...excluded].filter(({ matches }) => !candidates.some(matches)),
  };
}
