/** The FAIL line at the end of a report on tests. */
import { printable } from "../../base/printable.js";
import { formatCount, formatNumberOf } from "../../base/units.js";
import { painter } from "../style.js";

/** The most names in the line. */
const NAMED = 10;

export interface Failures {
  /** By import path: full names of tests and subtests. */
  readonly failed: ReadonlyMap<string, ReadonlySet<string>>;
  /** All failed packages. */
  readonly packages: ReadonlySet<string>;
}

/**
 * `FAIL: TestLogin/expired, TestList (example.com/shop/auth)`: lists subtests instead of parents that failed because of
 * them.
 */
export function failLine({ failed, packages }: Failures, colour: boolean): string {
  const tests = [...failed].flatMap(([path, names]) => innermost(names).map((name) => ({ path, name })));
  const shown = tests.slice(0, NAMED);
  const groups = [...new Set(shown.map(({ path }) => path))].map((path) => {
    const names = shown.filter((test) => test.path === path).map(({ name }) => name);
    return `${names.join(", ")} (${path})`;
  });
  if (tests.length > NAMED) groups.push(`${formatCount(tests.length - NAMED)} more`);
  const others = [...packages].filter((path) => !failed.has(path));
  if (others.length > 0) {
    const more = others.length > NAMED ? `, ${formatNumberOf(others.length - NAMED, "more package")}` : "";
    groups.push(`${others.length === 1 ? "package" : "packages"} ${others.slice(0, NAMED).join(", ")}${more}`);
  }
  const what = groups.length > 0 ? groups.join("; ") : "see the failures in the output of go test, above";
  return `${painter(colour)("red", "FAIL")}: ${printable(what)}\n`;
}

/** Removes the names of tests that have a subtest in the set. */
function innermost(names: ReadonlySet<string>): string[] {
  return [...names].filter((name) => ![...names].some((other) => other.startsWith(`${name}/`)));
}
