/** Finds the names under which a file imports packages. */

/** The name by which a file refers to a package of the standard library; null if it has none (not imported, `_` or `.`). */
export function importedName(text: string, path: string): string | null {
  const own = "(?:^|[\\n;(]|\\bimport)[ \\t]*(?:([\\p{L}_.][\\p{L}\\p{Nd}_]*)[ \\t]+)?";
  const match = new RegExp(`${own}"${path}"`, "u").exec(text);
  if (match === null || match[1] === "_" || match[1] === ".") return null;
  return match[1] === undefined || match[1] === "import" ? path.slice(path.lastIndexOf("/") + 1) : match[1];
}
