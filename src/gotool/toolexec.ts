/**
 * The `-toolexec` program of a build: what some of go's tools must see that an overlay cannot give them.
 *
 * - cover: `go build -cover` gives it the user's own files, not those of the overlay, and hooks inserted before it ran would
 *   count as statements of the user. It gets files with comments where hooks belong, and these comments become hooks in
 *   what it wrote: statements, columns and percentages stay those of the original.
 * - vet: gets the user's own files, so that what it says is about them.
 * - compile: files that the program embeds are the user's own, also where they are Go files with hooks.
 */

import { basename, join } from "node:path";
import { digest, ensureDirectory, writeByContent, writeOnce } from "./cache.js";

/** A file for the cover tool. */
export interface Marked {
  readonly text: string;
  /** What its markers begin with; absent where it has none. */
  readonly name?: string | undefined;
}

/** What the tools of a build need. */
export interface ToolNeeds {
  /** Path that go passes to the cover tool → file with markers. */
  readonly markers: ReadonlyMap<string, Marked>;
  /** Path of a rewritten text → path of the user's file. */
  readonly originals: ReadonlyMap<string, string>;
  /** Paths of texts that the build adds to packages. */
  readonly added: readonly string[];
  /** Whether vet runs. */
  readonly vet: boolean;
  /** Whether the program embeds a file that is rewritten. */
  readonly embeds: boolean;
  /** Words of the user's own -toolexec: it runs the tools. */
  readonly through: readonly string[];
}

/** What the `-toolexec` program needs to know, as JSON in a file. */
export interface ToolPlan {
  /** Path that go passes to the cover tool → file with markers, of the same base name, and what its markers begin with. */
  readonly markers: Readonly<Record<string, { readonly path: string; readonly name?: string | undefined }>>;
  readonly originals: Readonly<Record<string, string>>;
  readonly added: readonly string[];
  readonly through: readonly string[];
}

/** Whether Go flags ask for coverage. */
export function asksForCoverage(flags: readonly string[]): boolean {
  return flags.some((flag) => /^--?(test\.)?(cover|covermode|coverpkg|coverprofile)(=(?!false)|$)/.test(flag));
}

/**
 * Writes the plan and the program, and returns the flag for `go`; none where no tool needs anything.
 * @param directory where they are written, named by their content
 * @param program path of the JavaScript program, run as `node program plan tool args…`
 */
export function toolFlags(directory: string, needs: ToolNeeds, program: string): string[] {
  const { vet, embeds, added, through } = needs;
  const tools = [...(needs.markers.size > 0 ? ["cover"] : []), ...(vet ? ["vet"] : []), ...(embeds ? ["compile"] : [])];
  if (tools.length === 0) return [];
  const markers: Record<string, { path: string; name?: string | undefined }> = {};
  for (const [file, { text, name }] of needs.markers) {
    // The cover tool names files in profiles after the base name of what it is given.
    const place = ensureDirectory(join(directory, "cover", digest(file, text).slice(0, 24)));
    const path = join(place, basename(file));
    markers[file] = { path, name };
    writeOnce(path, text);
  }
  const originals = Object.fromEntries(vet || embeds ? needs.originals : []);
  const content: ToolPlan = { markers, originals, added: vet ? added : [], through };
  const command = [process.execPath, program, writeByContent(directory, ".json", JSON.stringify(content))];
  if (process.platform === "win32") return [`-toolexec=${command.map(quote).join(" ")}`];
  // Go runs this for every tool: only those that need it are worth a start of Node.
  const sh = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const pattern = tools.map((tool) => `*/${tool}`).join("|");
  const text = `case "$1" in ${pattern}) exec ${sh(command)} "$@";; esac\nexec ${[...through.map((word) => sh([word])), '"$@"'].join(" ")}\n`;
  return [`-toolexec=/bin/sh ${quote(writeByContent(directory, ".sh", text))}`];
}

/** Go splits the flag's value at spaces outside quotes. */
function quote(word: string): string {
  return /[\s"']/.test(word) ? (word.includes("'") ? `"${word}"` : `'${word}'`) : word;
}
