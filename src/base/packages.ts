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

/** Whether a frame is code of a module that is not the main one, by its path: from the module cache, or vendored. */
function isDependency({ file }: { readonly file: string }): boolean {
  return /@v\d[^/\\]*[/\\]|[/\\]vendor[/\\]/.test(file);
}

/**
 * The frame of a stack that says most to its owner: the one nearest to the leaf that is the main module's; where there
 * is none, a dependency's, and else the leaf.
 * @param stack leaf first
 */
export function ownFrame<T extends { readonly function: string; readonly file: string }>(
  stack: readonly T[],
): T | undefined {
  const foreign = stack.filter((frame) => !isStandard(frame));
  return foreign.find((frame) => !isDependency(frame)) ?? foreign[0] ?? stack[0];
}

function firstElement(path: string): string {
  const slash = path.indexOf("/");
  return slash < 0 ? path : path.slice(0, slash);
}

/** Whether a function is what cgo makes of a C function or of an export: `main._Cfunc_slow`, `_cgoexp_511a_goCallback`. */
export function isCgoStub(name: string): boolean {
  return /(^|\.)(_Cfunc_|_C2func_|_cgoexp_|_cgo_|_Cgo_|_cgoexpwrap_)/.test(name.slice(name.lastIndexOf("/") + 1));
}

/** Whether a frame is code that somebody wrote: not a stub of cgo's, nor the runtime that gotrace links into a program. */
export function isWritten(frame: { readonly function: string; readonly file: string }): boolean {
  return (
    !isCgoStub(frame.function) && !/(^|[\\/])_cgo_\w+\.go$/.test(frame.file) && !RUNTIME.test(packageOf(frame.function))
  );
}

/** The import path of the runtime that gotrace links into a program. */
const RUNTIME = /^\d?gotrace\.internal\/rt$/;
