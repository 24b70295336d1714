/** Short names of source places and programs, for messages. */

/** The last element of a path with slashes of either kind. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** A frame in a message: `main.(*Store).Put (store.go:42)`. */
export function place(frame: { readonly function: string; readonly file: string; readonly line: number }): string {
  return frame.file ? `${frame.function} (${baseName(frame.file)}:${frame.line})` : frame.function;
}
