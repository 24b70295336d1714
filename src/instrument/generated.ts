/** Recognises generated files. */

/** The convention of `go help generate`: a whole line before the package clause. */
const header = /^\uFEFF?\/\/ Code generated .* DO NOT EDIT\.\r?$/m;

const names = /(\.pb|_generated)\.go$/;

/** Whether a file is generated according to its name. @param path with either kind of slash */
export function generatedName(path: string): boolean {
  return names.test(path);
}

/** Whether a file is generated according to its header. @param packageOffset where the package clause begins */
export function generatedText(text: string, packageOffset: number): boolean {
  return header.test(text.slice(0, packageOffset));
}
