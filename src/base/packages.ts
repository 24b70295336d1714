/** Classifies functions by package: standard library, dependency, the user's own code, cgo stub. */

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
 * The name decides, and so does the file if its path is absolute: a user's module may be called `log`, but its files
 * are not under `src/log/`. Name and file need not agree on the package: a linknamed function's file lies in another
 * package of the standard library.
 */
export function isStandard(frame: { readonly function: string; readonly file: string }): boolean {
  const path = packageOf(frame.function);
  if (path === "") return true; // assembly and C
  if (!STANDARD.has(firstElement(path))) return false;
  const file = frame.file.replaceAll("\\", "/");
  if (!/^(\/|[A-Za-z]:)/.test(file)) return true;
  return file.split("/src/").some((rest, n) => n > 0 && STANDARD.has(firstElement(rest)));
}

/** Whether a frame's path is that of a dependency: in the module cache, or vendored. */
function isDependency({ file }: { readonly file: string }): boolean {
  return /@v\d[^/\\]*[/\\]|[/\\]vendor[/\\]/.test(file);
}

/**
 * The frame of a stack that matters most to the user: the one nearest to the leaf in the main module, else in a
 * dependency, else the leaf.
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

/** Whether cgo generated the function for a C function or an export: `main._Cfunc_slow`, `_cgoexp_511a_goCallback`. */
export function isCgoStub(name: string): boolean {
  return /(^|\.)(_Cfunc_|_C2func_|_cgoexp_|_cgo_|_Cgo_|_cgoexpwrap_)/.test(name.slice(name.lastIndexOf("/") + 1));
}

/** Whether a frame is hand-written code: neither a cgo stub nor the runtime that gotrace links into a program. */
export function isWritten(frame: { readonly function: string; readonly file: string }): boolean {
  return (
    !isCgoStub(frame.function) && !/(^|[\\/])_cgo_\w+\.go$/.test(frame.file) && !RUNTIME.test(packageOf(frame.function))
  );
}

/** The import path of the runtime that gotrace links into a program. */
const RUNTIME = /^\d?gotrace\.internal\/rt$/;
