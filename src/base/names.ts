/**
 * Short, unambiguous forms of Go's function names: `api.(*Server).price` for `example.com/shop/api.(*Server).price`.
 */

/** Maps a full name to the name to show. */
export type Naming = (name: string) => string;

/** Shows names as Go's runtime spells them. */
export const fullNames: Naming = (name) => name;

/**
 * Shortens names to the last element of their package path: `api.(*Server).price` for
 * `example.com/shop/api.(*Server).price`. Packages that share a last element keep as many elements as needed to differ
 * (`pkg/api.Run`, `internal/api.Run`), and a major version keeps the element before it (`yaml/v3.Parse`). Go's escapes
 * in paths (`yaml%2ev3`) are undone. Each result is the full name or what follows one of its slashes, so matching by
 * path suffix accepts it.
 *
 * @param names all names that must stay distinct
 */
export function shortNaming(names: Iterable<string>): Naming {
  const paths = new Set<string>();
  for (const name of names) paths.add(name.slice(0, endOfPath(name)));
  const shown = shortPaths([...paths]);
  return (name) => {
    const end = endOfPath(name);
    const path = name.slice(0, end);
    return (shown.get(path) ?? unescaped(lastElements(path, 1))) + name.slice(end);
  };
}

/**
 * For each name, whether the test holds for it or for its short form (see {@link shortNaming}).
 *
 * @param names the full names of all functions
 */
export function matching(names: readonly string[], test: (name: string) => boolean): boolean[] {
  const short = shortNaming(names);
  return names.map((name) => test(name) || test(short(name)));
}

/** A package path that ends with a major version, also that of a package's external tests. */
const MAJOR_VERSION = /\/v\d+(_test)?$/;

function shortPaths(paths: readonly string[]): Map<string, string> {
  const shown = new Map<string, string>();
  let open = paths.map((path) => ({ path, count: MAJOR_VERSION.test(path) ? 2 : 1 }));
  while (open.length > 0) {
    const bySuffix = new Map<string, typeof open>();
    for (const entry of open) {
      const suffix = lastElements(entry.path, entry.count);
      bySuffix.set(suffix, [...(bySuffix.get(suffix) ?? []), entry]);
    }
    open = [];
    for (const [suffix, entries] of bySuffix) {
      if (entries.length === 1) shown.set(entries[0].path, unescaped(suffix));
      else {
        for (const { path, count } of entries) {
          if (suffix === path) shown.set(path, unescaped(path));
          else open.push({ path, count: count + 1 });
        }
      }
    }
  }
  return shown;
}

function lastElements(path: string, count: number): string {
  let at = path.length;
  for (let left = count; left > 0 && at >= 0; left--) at = path.lastIndexOf("/", at - 1);
  return path.slice(at + 1);
}

/**
 * A name shortened without regard to others: to the last element of its package path, and the one before it if that is a
 * major version: `db.(*DB).Query`, `yaml/v3.Parse`.
 */
export function shortName(name: string): string {
  const path = name.slice(0, endOfPath(name));
  const start = lastElement(name);
  return name.slice(MAJOR_VERSION.test(path) ? path.lastIndexOf("/", start - 2) + 1 : start);
}

/** Where the package path ends: at the first dot after its last slash. */
function endOfPath(name: string): number {
  const dot = name.indexOf(".", lastElement(name));
  return dot < 0 ? 0 : dot;
}

/** Where the last element of the package path begins. Slashes after a bracket belong to types. */
function lastElement(name: string): number {
  const bracket = name.search(/[[(]/);
  return name.lastIndexOf("/", bracket < 0 ? name.length : bracket) + 1;
}

/** Undoes Go's escapes in the last element of a package path: gopkg.in/yaml%2ev3.Unmarshal. */
export function unescaped(path: string): string {
  return path.includes("%")
    ? path.replace(/%([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : path;
}
