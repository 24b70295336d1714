/**
 * The words of `gotrace test`, taken apart as `go test` does (testFlags in cmd/go/internal/test/testflag.go): flags that it
 * knows may stand anywhere before a literal argument; the packages are the first run of words that are no flags; a flag that
 * it does not know belongs to the test binary, and closes the list of packages even where that is empty; `-args`, `--` and a
 * literal argument take all that follows. gotrace's own flags stand before all of these.
 */

import { buildFlags, testFlags } from "./go-flags.js";
import type { Flag } from "./parse.js";

/** A command line of `gotrace test`. */
export interface TestLine {
  /** gotrace's own flags with their values. */
  readonly own: readonly string[];
  /** All flags of go that `go test` reads itself, as `-name` or `-name=value`, without `test.`; wherever they stand. */
  readonly flags: readonly string[];
  /** Flags of the build among them. */
  readonly build: readonly string[];
  /** Empty in local-directory mode. */
  readonly packages: readonly string[];
  /** What else stands before and behind the packages, as written: flags of the test, arguments of its binary. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** All but gotrace's own flags, as written. */
  readonly plain: readonly string[];
}

/** Flags of go alone, which no test binary knows as `-test.name`. */
const goOnly = new Set(["c", "exec", "i", "json", "n", "o", "vet"]);
const known = new Map<string, { valued: boolean; build: boolean }>([
  ...testFlags.map(({ name, value }) => [name, { valued: value !== undefined, build: false }] as const),
  ...buildFlags.map(({ name, value }) => [name, { valued: value !== undefined, build: true }] as const),
  ["n", { valued: false, build: false }],
  ["o", { valued: true, build: false }],
  ["v", { valued: false, build: false }],
]);

/**
 * Takes the words apart.
 * @param own gotrace's flags; one that is a flag of `go test` too, such as `-v`, is meant for both
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
    // A value that is missing is for go to complain of.
    if (definition.build && !(takesNext && given.length < 2)) line.build.push(whole);
    else (packages === "before" ? line.before : line.after).push(...given);
  }
  return line;
}
