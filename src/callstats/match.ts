/** Which functions somebody means: Go's name, from a package path on, or a regular expression. */
import { ExitCode, messageOf, UserError } from "../base/errors.js";
import { shortName, unescaped } from "../base/names.js";
import { nearest } from "../base/nearest.js";
import { compilePattern } from "../base/pattern.js";
import { localTest } from "../calltree/index.js";

/** A choice of functions by name. */
export interface NamePattern {
  /** As it was written. */
  readonly text: string;
  matches(name: string): boolean;
}

/**
 * `db.Query` is example.com/app/db.Query, `db.(*DB).Query` its method: names are Go's, and may begin behind any slash of the
 * package path. `[...]` of generic functions may be left out. `/regexp/` is searched for anywhere in the name.
 *
 * @throws UserError for a regular expression that is none
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
 * As {@link namePattern}, for tests: `TestGet`, `auth.TestGet`, `TestGet/first`, with as many levels as the test has. `*`
 * stands for any letters of a level, spaces for the underscores that Go writes in their place.
 */
export function testPattern(text: string): NamePattern {
  if (/^\/.+\/$/s.test(text)) return namePattern(text);
  const literal = text.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&").replace(/\s/g, "_"));
  const regexp = new RegExp(`^${literal.join("[^/]*")}$`, "s");
  return { text, matches: (name) => spellings(name).some((spelling) => regexp.test(spelling)) };
}

/** A test without its package, and behind each slash of the package's path. */
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
      `${text} is no regular expression: ${messageOf(error)}`,
      "write a \\ before characters that should stand for themselves",
      ExitCode.usage,
    );
  }
}

function normal(name: string, instances: boolean): string {
  return instances ? unescaped(name) : unescaped(name).replace(/\[\.\.\.\]/g, "");
}

/** Advice where a name matches nothing: the nearest of the names there are, without its path unless that was written. */
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
  // The package or receiver is another one.
  const last = text.slice(text.lastIndexOf("."));
  for (const [spelling, name] of spelled) if (last.length > 2 && spelling.endsWith(last)) return name;
  return undefined;
}
