/**
 * Splits the command line of `gotrace test` by the rules of `go test` (testFlags in cmd/go/internal/test/testflag.go):
 * - flags that it knows may appear anywhere before a literal argument;
 * - the packages are the first run of words that are not flags;
 * - an unknown flag belongs to the test binary and ends the list of packages, even an empty one;
 * - everything after `-args`, `--` or a literal argument goes to the test binary.
 * gotrace's own flags come before all of these.
 */

import { buildFlags, testFlags } from "./go-flags.js";
import type { Flag } from "./parse.js";

/** A command line of `gotrace test`. */
export interface TestLine {
  /** gotrace's own flags with their values. */
  readonly own: readonly string[];
  /** All flags that `go test` itself reads, wherever they appear, as `-name` or `-name=value` without `test.`. */
  readonly flags: readonly string[];
  /** The build flags among them. */
  readonly build: readonly string[];
  /** Empty in local-directory mode. */
  readonly packages: readonly string[];
  /** The other words before and after the packages, as written: flags of the tests, arguments of the test binary. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The whole line without gotrace's own flags, as written. */
  readonly plain: readonly string[];
}

/** Flags of `go test` that no test binary accepts as `-test.name`. */
const goOnly = new Set(["c", "exec", "i", "json", "n", "o", "vet"]);
const known = new Map<string, { valued: boolean; build: boolean }>([
  ...testFlags.map(({ name, value }) => [name, { valued: value !== undefined, build: false }] as const),
  ...buildFlags.map(({ name, value }) => [name, { valued: value !== undefined, build: true }] as const),
  ["n", { valued: false, build: false }],
  ["o", { valued: true, build: false }],
  ["v", { valued: false, build: false }],
]);

/**
 * Splits the words.
 * @param own gotrace's flags; `-v` is also a flag of `go test` and goes to both
 */
export function splitTestWords(words: readonly string[], own: readonly Flag[]): TestLine {
  const mine = new Map(
    own.flatMap((flag) => [flag.name, ...(flag.short ? [flag.short] : [])].map((name) => [name, flag])),
  );
  const line = { own: [], flags: [], build: [], packages: [], before: [], after: [], plain: [] } as {
    [name in keyof TestLine]: string[];
  };
  let packages: "before" | "in" | "after" = "before";
  let afterUnknown = false;
  for (let index = 0; index < words.length; ) {
    const start = index++;
    const word = words[start];
    const [, name, value] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const mayBeValue = afterUnknown;
    afterUnknown = false;
    if (name === undefined && word !== "--" && packages !== "after") {
      packages = "in";
      line.packages.push(word);
      line.plain.push(word);
      continue;
    }
    if (name === undefined && word !== "--" && mayBeValue) {
      line.after.push(word);
      line.plain.push(word);
      continue;
    }
    if (name === undefined || name === "args") {
      line.after.push(...words.slice(start));
      line.plain.push(...words.slice(start));
      break;
    }
    if (packages === "in") packages = "after";
    const flag = packages === "before" ? mine.get(name) : undefined;
    if (flag) {
      if (flag.value !== undefined && !flag.optional && value === undefined) index++;
      line.own.push(...words.slice(start, index));
      if (name !== "v") continue;
    }
    const short = name.replace(/^test\./, "");
    const definition = name !== short && goOnly.has(short) ? undefined : known.get(short);
    if (!definition) {
      packages = "after";
      afterUnknown = value === undefined;
      line.after.push(word);
      line.plain.push(word);
      continue;
    }
    const takesNext = definition.valued && value === undefined;
    const given = words.slice(start, takesNext ? ++index : index);
    const whole = `-${short}${takesNext ? `=${given[1] ?? ""}` : value === undefined ? "" : `=${value}`}`;
    line.flags.push(whole);
    line.plain.push(...given);
    // If the value is missing, go reports it.
    if (definition.build && !(takesNext && given.length < 2)) line.build.push(whole);
    else (packages === "before" ? line.before : line.after).push(...given);
  }
  return line;
}
