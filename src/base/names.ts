/** Go's names of functions as people read and type them: `api.(*Server).price`. */

/** What a name is shown as. */
export type Naming = (name: string) => string;

/** Shows names as Go's runtime spells them. */
export const fullNames: Naming = (name) => name;

/**
 * Shows names without what stands before the last element of their package path: `api.(*Server).price` for
 * `example.com/shop/api.(*Server).price`. Packages whose last elements are the same keep as many elements as tell them
 * apart (`pkg/api.Run`, `internal/api.Run`), and a major version keeps the element before it (`yaml/v3.Parse`). Go's
 * escapes in paths (`yaml%2ev3`) are undone. Each result begins at a slash of the full name or is all of it, so that
 * what accepts parts of paths accepts it.
 *
 * @param names all that are to be told apart
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
 * By function, whether a test holds for its full name or for what {@link shortNaming} shows for it.
 *
 * @param names of all functions, in order
 */
export function matching(names: readonly string[], test: (name: string) => boolean): boolean[] {
  const short = shortNaming(names);
  return names.map((name) => test(name) || test(short(name)));
}

function shortPaths(paths: readonly string[]): Map<string, string> {
  const shown = new Map<string, string>();
  let open = paths.map((path) => ({ path, count: /\/v\d+$/.test(path) ? 2 : 1 }));
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

/** Go's name without what stands before the last element of its package path: `db.(*DB).Query`. */
export function shortName(name: string): string {
  return name.slice(lastElement(name));
}

/** Where the package path ends: at the first dot behind its last slash. */
function endOfPath(name: string): number {
  const dot = name.indexOf(".", lastElement(name));
  return dot < 0 ? 0 : dot;
}

/** Where the last element of the package path begins. Slashes behind a bracket belong to types. */
function lastElement(name: string): number {
  const bracket = name.search(/[[(]/);
  return name.lastIndexOf("/", bracket < 0 ? name.length : bracket) + 1;
}

/** Undoes what Go escapes in the last element of a package path: gopkg.in/yaml%2ev3.Unmarshal. */
export function unescaped(path: string): string {
  return path.includes("%")
    ? path.replace(/%([0-9a-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : path;
}
