/**
 * Matches functions and tests by user-written names: a Go name, a suffix of it from a slash on, or a /regular
 * expression/.
 */
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { shortName, unescaped } from "../base/names.js";
import { nearest } from "../base/nearest.js";
import { compilePattern } from "../base/pattern.js";
import { localTest } from "../calltree/index.js";

/** A pattern for the names of functions or tests. */
export interface NamePattern {
  /** The source text. */
  readonly text: string;
  matches(name: string): boolean;
}

/**
 * `db.Query` matches example.com/app/db.Query, `db.(*DB).Query` a method: names are Go's and may begin after any slash
 * of the package path. The `[...]` of generic functions is optional. `/regexp/` matches anywhere in the name.
 *
 * @throws UserError for an invalid regular expression
 */
export function namePattern(text: string): NamePattern {
  const expression = /^\/(.+)\/$/s.exec(text)?.[1];
  if (expression !== undefined) {
    const regexp = compile(expression, text);
    return { text, matches: (name) => regexp.test(unescaped(name)) || regexp.test(name) };
  }
  const wanted = normal(text, text.includes("["));
  return {
    text,
    matches: (name) => {
      const full = normal(name, text.includes("["));
      return full === wanted || full.endsWith(`/${wanted}`);
    },
  };
}

/**
 * Like {@link namePattern}, for tests: `TestGet`, `auth.TestGet`, `TestGet/first`, with all levels of the name. `*`
 * matches any characters within a level; spaces match the underscores that Go replaces them with.
 */
export function testPattern(text: string): NamePattern {
  if (/^\/.+\/$/s.test(text)) return namePattern(text);
  const literal = text.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&").replace(/\s/g, "_"));
  const regexp = new RegExp(`^${literal.join("[^/]*")}$`, "s");
  return { text, matches: (name) => spellings(name).some((spelling) => regexp.test(spelling)) };
}

/** All spellings of a test: without its package, and with the package path from each slash on. */
function spellings(name: string): string[] {
  const plain = unescaped(name);
  const local = localTest(plain);
  const elements = plain.slice(0, plain.length - local.length).split("/");
  return [local, ...elements.map((_, i) => elements.slice(i).join("/") + local)];
}

function compile(expression: string, text: string): RegExp {
  try {
    return compilePattern(expression);
  } catch (error) {
    throw new UserError(
      `${text} is not a regular expression: ${messageOf(error)}`,
      "write a \\ before characters that should stand for themselves",
      ExitCode.usage,
    );
  }
}

function normal(name: string, instances: boolean): string {
  return instances ? unescaped(name) : unescaped(name).replace(/\[\.\.\.\]/g, "");
}

/**
 * The most similar known name, for advice when a name matches nothing; without its package path, unless the text has
 * one.
 */
export function nearestName(text: string, names: Iterable<string>): string | undefined {
  const spelled = new Map<string, string>();
  const add = (spelling: string, name: string) => {
    if (!spelled.has(spelling)) spelled.set(spelling, name);
  };
  for (const name of names) {
    const short = shortName(name);
    add(short, short);
    add(name, name);
    // The package may be missing.
    add(short.slice(short.indexOf(".") + 1), short);
  }
  const near = nearest(text, spelled.keys());
  if (near !== undefined) return spelled.get(near);
  // The package or receiver may be wrong.
  const last = text.slice(text.lastIndexOf("."));
  for (const [spelling, name] of spelled) if (last.length > 2 && spelling.endsWith(last)) return name;
  return undefined;
}
