/**
 * Parses command-line flags the way Go does, because most of them are Go's: `-name`, `--name`, `-name=value`,
 * `-name value`. (POSIX parsers read `-race` as `-r -a -c -e`.) Parsing stops at the first word that is not a flag, so
 * everything after the package belongs to the program.
 */

import { ExitCode, UserError } from "../../base/errors.js";
import { nearest } from "../../base/nearest.js";

/** One flag of a command. */
export interface Flag {
  readonly name: string;
  /** A second spelling, for instance `v` for `verbose`. */
  readonly short?: string;
  /** Name of the value in help; without it the flag is boolean. */
  readonly value?: string;
  /** The value may be omitted; it must be in the same word: `--name=value`. */
  readonly optional?: boolean;
  /** May be given several times. */
  readonly repeats?: boolean;
  readonly help: string;
  /** A flag of `go build` or `go test`: it is passed on in {@link ParsedFlags.go}. */
  readonly go?: boolean;
}

/** The flags of a command line by name, and the words after them. */
export class ParsedFlags {
  readonly #values = new Map<string, string[]>();
  readonly #inOrder: (readonly [name: string, value: string])[] = [];
  /** Flags for Go, each as one word `-name=value` or `-name`. */
  readonly go: string[] = [];
  /** The words that are not flags. */
  rest: string[] = [];

  add(flag: Flag, value: string): void {
    if (flag.go) this.go.push(flag.value || value !== "true" ? `-${flag.name}=${value}` : `-${flag.name}`);
    this.#inOrder.push([flag.name, value]);
    const values = this.#values.get(flag.name);
    if (values && flag.repeats) values.push(value);
    else this.#values.set(flag.name, [value]);
  }

  /** Whether a flag is given, other than as `--name=false`. */
  has(name: string): boolean {
    return this.string(name) !== undefined && this.string(name) !== "false";
  }

  /** The last value of a flag; "true" for a boolean one. */
  string(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values of a flag that repeats, as given. */
  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** Names and values of some flags, as given. */
  inOrder(names: readonly string[]): readonly (readonly [name: string, value: string])[] {
    return this.#inOrder.filter(([name]) => names.includes(name));
  }

  /** All values of a flag, split at commas. */
  list(name: string): string[] {
    return this.values(name)
      .flatMap((value) => value.split(","))
      .filter((value) => value !== "");
  }
}

/**
 * Parses flags.
 * @param anywhere accept flags after a positional word as well, for positional words that are files; if it depends on the
 * word, a function of the word and the flags before it
 * @throws UserError for unknown flags and missing values, with the nearest known flag as advice
 */
export function parseFlags(
  command: string,
  flags: readonly Flag[],
  words: readonly string[],
  anywhere: boolean | ((word: string, flags: ParsedFlags) => boolean) = false,
): ParsedFlags {
  const parsed = new ParsedFlags();
  const known = new Map<string, Flag>();
  for (const flag of flags) {
    known.set(flag.name, flag);
    if (flag.short) known.set(flag.short, flag);
  }
  let index = 0;
  for (; index < words.length; index++) {
    const word = words[index];
    if (word === "--") {
      index++;
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      if (!(typeof anywhere === "function" ? anywhere(word, parsed) : anywhere)) break;
      parsed.rest.push(word);
      continue;
    }
    const match = /^--?([^=]*)(?:=(.*))?$/s.exec(word)!;
    const flag = known.get(match[1]);
    if (!flag) throw unknownFlag(command, word, [...known.keys()]);
    if (flag.value === undefined || flag.optional) {
      parsed.add(flag, match[2] ?? "true");
      continue;
    }
    const value = match[2] ?? words[++index];
    if (value === undefined) {
      throw new UserError(
        `flag needs a value: ${word} ${flag.value}`,
        `see 'gotrace ${command} --help'`,
        ExitCode.usage,
      );
    }
    parsed.add(flag, value);
  }
  parsed.rest.push(...words.slice(index));
  return parsed;
}

function unknownFlag(command: string, word: string, names: readonly string[]): UserError {
  const name = word.replace(/^-+/, "").replace(/=.*$/s, "");
  const near = nearest(name, names);
  const hint = near ? `did you mean --${near}? ` : "";
  return new UserError(
    `unknown flag ${word}`,
    `${hint}see 'gotrace ${command} --help'; flags of the program go after the package`,
    ExitCode.usage,
  );
}

/**
 * The warning for a word after the package that looks like a flag of gotrace: it goes to `receiver`, which may not know
 * it. Ignores names of one or two letters, which many programs have, and everything after `--` or `-args`.
 * @returns undefined if there is no such word
 */
export function misplacedHint(words: readonly string[], flags: readonly Flag[], receiver: string): string | undefined {
  const own = new Set(
    flags.filter(({ name, go }) => !go && name.length > 2 && name !== "help").map(({ name }) => name),
  );
  const end = words.findIndex((word) => /^--?(args)?$/.test(word));
  const found = words.slice(0, end < 0 ? words.length : end).find((word) => {
    const name = /^--?([^-=][^=]*)/.exec(word)?.[1];
    return name !== undefined && own.has(name);
  });
  return (
    found && `${found} comes after the package, so it goes to ${receiver}; gotrace's own flags go before the package`
  );
}
