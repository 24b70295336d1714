/** Which package a function belongs to, and whether that is Go's own. */

/** First elements of the import paths of Go's standard library. */
const STANDARD = new Set(
  (
    "archive arena bufio builtin bytes cmd cmp compress container context crypto database debug embed encoding errors " +
    "expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp " +
    "runtime simd slices sort strconv strings structs sync syscall testing text time unicode unique unsafe vendor weak"
  ).split(" "),
);

/** The import path in a function's name: `example.com/x.v2/pkg` of `example.com/x.v2/pkg.(*T).M.func1`. */
export function packageOf(name: string): string {
  const bare = name.replace(/\[.*$/, "");
  const slash = bare.lastIndexOf("/");
  const dot = bare.indexOf(".", slash + 1);
  return dot < 0 ? "" : bare.slice(0, dot).replace(/%2e/g, ".");
}

/**
 * Whether a frame is code of the standard library or the runtime.
 *
 * The name decides, and so does the file where paths are whole: a module of the user's may be called `log`, but its
 * files are not under `src/log/`. (The file of a function that is linked to another name is in yet another package of
 * Go's, so the two need not agree.)
 */
export function isStandard(frame: { readonly function: string; readonly file: string }): boolean {
  const path = packageOf(frame.function);
  if (path === "") return true; // assembly and C
  if (!STANDARD.has(firstElement(path))) return false;
  const file = frame.file.replaceAll("\\", "/");
  if (!/^(\/|[A-Za-z]:)/.test(file)) return true;
  return file.split("/src/").some((rest, n) => n > 0 && STANDARD.has(firstElement(rest)));
}

function firstElement(path: string): string {
  const slash = path.indexOf("/");
  return slash < 0 ? path : path.slice(0, slash);
}
