/** Places in source code, as messages name them. */

/** The last element of a path, of either kind of slash. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** A frame in a message: `main.(*Store).Put (store.go:42)`. */
export function place(frame: { readonly function: string; readonly file: string; readonly line: number }): string {
  return frame.file ? `${frame.function} (${baseName(frame.file)}:${frame.line})` : frame.function;
}

/** The name of a program by the path of its executable, without the ending that Windows wants. */
export function programName(executable: string): string {
  return baseName(executable).replace(/\.exe$/, "");
}
