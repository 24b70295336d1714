/**
 * Which functions the compiler inlines in the plain build, by its own word: `-gcflags=-m` makes it say "can inline F" for
 * every function whose body it may put in place of a call. Go keeps what a compiler said together with what it made, and
 * says it again, so that only what changed is compiled.
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

/** Functions to leave out: absolute path of the file → place (`LINE:COLUMN`) as the compiler says it → why. */
export type Omissions = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** The cost up to which the compiler inlines (cmd/compile/internal/inline, inlineMaxBudget, since Go 1.9). */
export const COMPILER_BUDGET = 80;

/**
 * Compiles the packages as plain Go does, without linking.
 * @param budget the cost up to which functions are left out; with the compiler's own just those that it can inline
 * @returns the functions; packages that do not compile have none
 */
export async function listInlined(context: GoContext, budget: number, build: PlainBuild): Promise<Omissions> {
  const { environmentFlags, flags, patterns, tests, packages } = build;
  // With -m=2 it also says what the others cost, and ten times as much besides.
  const ask = budget > COMPILER_BUDGET ? "-m=2" : "-m";
  const args = [
    ...["list", "-e", "-export", "-deps", ...(tests ? ["-test"] : []), "-f", "{{with .Incomplete}}{{end}}"],
    ...askingFlags(ask, environmentFlags, flags, packages),
    ...["--", ...patterns],
  ];
  return parseInlined((await runGo(context, args)).stderr, context.cwd, budget);
}

/**
 * The user's flags, with a question for these packages. Of several -gcflags the last one whose pattern matches a package is in
 * force, so the user's own follow ours, each with the question behind it; those of GOFLAGS are in force beside those given.
 * With -trimpath the compiler would print no paths of files, with -a it would compile everything each time.
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
 * Reads a compiler's output. Of a generic function each instance has a line; they are alike but for the cost of calls of
 * methods of type parameters, and one that is inlined is enough.
 * @param cwd what relative paths are relative to
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
