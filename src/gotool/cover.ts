/**
 * Coverage builds. `go build -cover` gives go's cover tool the user's own files, not those of the overlay, and hooks
 * inserted before it ran would count as statements of the user. So a `-toolexec` program hands the cover tool files
 * with comments where hooks belong, and turns these comments into hooks in what the tool wrote: statements, columns and
 * percentages stay those of the original.
 */

import { basename, join } from "node:path";
import { digest, ensureDirectory, writeByContent, writeOnce } from "./cache.js";

/** What the `-toolexec` program needs to know, as JSON in a file. */
export interface CoverPlan {
  /** Path that Go passes to the cover tool → file with markers, of the same base name. */
  readonly markers: Readonly<Record<string, string>>;
}

/** Whether Go flags ask for coverage. */
export function asksForCoverage(flags: readonly string[]): boolean {
  return flags.some((flag) => /^--?(test\.)?(cover|covermode|coverpkg|coverprofile)(=(?!false)|$)/.test(flag));
}

/**
 * Writes the plan and the program, and returns the flag for `go`.
 * @param directory where they are written, named by their content
 * @param markers path of a file → its text with markers
 * @param program path of the JavaScript program, run as `node program plan tool args…`
 */
export function coverFlags(directory: string, markers: ReadonlyMap<string, string>, program: string): string[] {
  const paths: Record<string, string> = {};
  for (const [file, text] of markers) {
    // The cover tool names files in profiles after the base name of what it is given.
    const place = ensureDirectory(join(directory, "cover", digest(file, text).slice(0, 24)));
    paths[file] = join(place, basename(file));
    writeOnce(paths[file], text);
  }
  const plan = writeByContent(directory, ".json", JSON.stringify({ markers: paths } satisfies CoverPlan));
  const command = [process.execPath, program, plan];
  if (process.platform === "win32") return [`-toolexec=${command.map(quote).join(" ")}`];
  // Go runs this for every tool: only the cover tool is worth a start of Node.
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const text = `case "$1" in */cover) exec ${words} "$@";; esac\nexec "$@"\n`;
  return [`-toolexec=/bin/sh ${quote(writeByContent(directory, ".sh", text))}`];
}

/** Go splits the flag's value at spaces outside quotes. */
function quote(word: string): string {
  return /[\s"']/.test(word) ? (word.includes("'") ? `"${word}"` : `'${word}'`) : word;
}
