/**
 * Finds out which functions the compiler inlines in the plain build: with `-gcflags=-m` it prints "can inline F" for every
 * function whose body it may put in place of a call. Go caches the compiler's messages with its output and repeats them, so
 * only changed packages are compiled.
 */

import { resolve } from "node:path";
import { type GoContext, runGo } from "./run-go.js";

/** A build as the user asks for it, without gotrace. */
export interface PlainBuild {
  /** GOFLAGS, split into words. */
  readonly environmentFlags: readonly string[];
  /** The user's build flags. */
  readonly flags: readonly string[];
  readonly patterns: readonly string[];
  readonly tests: boolean;
  /** Import paths of the packages to ask about. */
  readonly packages: readonly string[];
}

/** Functions to leave out: absolute path of the file → position (`LINE:COLUMN`) as the compiler prints it → reason. */
export type Omissions = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The maximum cost at which the compiler inlines (cmd/compile/internal/inline, inlineMaxBudget, since Go 1.9). */
export const COMPILER_BUDGET = 80;

/**
 * Compiles the packages as plain Go does, without linking, and lists the functions to leave out.
 * @param budget the maximum cost of functions to leave out; {@link COMPILER_BUDGET} selects just those that can be inlined
 * @returns the functions; none of packages that do not compile
 */
export async function listInlined(context: GoContext, budget: number, build: PlainBuild): Promise<Omissions> {
  const { environmentFlags, flags, patterns, tests, packages } = build;
  // -m=2 also prints the cost of the other functions, but ten times as much output.
  const ask = budget > COMPILER_BUDGET ? "-m=2" : "-m";
  const args = [
    ...["list", "-e", "-export", "-deps", ...(tests ? ["-test"] : []), "-f", "{{with .Incomplete}}{{end}}"],
    ...askingFlags(ask, environmentFlags, flags, packages),
    ...["--", ...patterns],
  ];
  return parseInlined((await runGo(context, args)).stderr, context.cwd, budget);
}

/**
 * The user's flags, with the flag `ask` added for the given packages. Of several -gcflags, the last whose pattern matches a
 * package applies. So the user's own, including those of GOFLAGS, come after ours, each with `ask` appended. -trimpath is
 * turned off because it removes the paths of files from the messages, and -a because it would compile everything each time.
 */
export function askingFlags(
  ask: string,
  environmentFlags: readonly string[],
  flags: readonly string[],
  packages: readonly string[],
): string[] {
  const others: string[] = [];
  const own: string[] = [];
  const take = (words: readonly string[], rest: string[]) => {
    for (let index = 0; index < words.length; index++) {
      const word = words[index];
      const match = /^--?gcflags(?:=(.*))?$/s.exec(word);
      if (!match) rest.push(word);
      else own.push(`-gcflags=${match[1] ?? words[++index] ?? ""} ${ask}`);
    }
  };
  take(environmentFlags, []);
  take(flags, others);
  return [...others, ...packages.map((path) => `-gcflags=${path}=${ask}`), ...own, "-trimpath=false", "-a=false"];
}

/**
 * Parses the compiler's messages. Each instance of a generic function has its own line. The instances differ only in the
 * cost of method calls on type parameters; if one can be inlined, the function counts as inlined.
 * @param cwd directory that relative paths start from
 */
export function parseInlined(output: string, cwd: string, budget: number): Omissions {
  const inlined = "inlined by the compiler (--skip-inlined)";
  const small = `small: costs at most ${budget} (--skip-inlined=${budget})`;
  const omissions = new Map<string, Record<string, string>>();
  const lines = output.matchAll(
    /^([^\n]+?\.go):(\d+:\d+): (?:can inline |cannot inline [^\n]*: function too complex: cost (\d+) exceeds )/gm,
  );
  for (const [, file, place, cost] of lines) {
    if (cost !== undefined && Number(cost) > budget) continue;
    const path = resolve(cwd, file);
    const places = omissions.get(path) ?? {};
    omissions.set(path, places);
    if (cost === undefined) places[place] = inlined;
    else places[place] ??= small;
  }
  const sorted = (places: Record<string, string>) => Object.fromEntries(Object.entries(places).sort());
  return new Map([...omissions].map(([path, places]) => [path, sorted(places)]));
}
