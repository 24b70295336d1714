/**
 * Sets up the `-toolexec` program of a build, which gives some Go tools files that an overlay cannot give them:
 *
 * - cover: `go build -cover` passes it the user's own files, not the overlay's, and hooks would count as the user's
 *   statements. It gets files with comments in place of hooks; in its output, these comments become hooks. Statements,
 *   columns and percentages stay those of the original.
 * - vet gets the user's own files, so that its messages are about them.
 * - compile: if the program embeds Go files, it embeds the user's own, not those with hooks.
 */

import { basename, join } from "node:path";
import { digest, ensureDirectory, writeByContent, writeOnce } from "./cache.js";

/** A file for the cover tool. */
export interface Marked {
  readonly text: string;
  /** What its markers begin with; absent if it has none. */
  readonly name?: string | undefined;
}

/** What the tools of a build need to see. */
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
  /** Words of the user's own -toolexec command, through which tools are run. */
  readonly through: readonly string[];
}

/** The input of the `-toolexec` program, stored as JSON. */
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
 * Writes the plan, and returns the flag for `go`; no flag if no tool needs anything.
 * @param directory where they are written, named by their content
 * @param program path of the JavaScript program, run as `node program plan tool args…`
 */
export function toolFlags(directory: string, needs: ToolNeeds, program: string): string[] {
  const { vet, embeds, added, through } = needs;
  const tools = [...(needs.markers.size > 0 ? ["cover"] : []), ...(vet ? ["vet"] : []), ...(embeds ? ["compile"] : [])];
  if (tools.length === 0) return [];
  const markers: Record<string, { path: string; name?: string | undefined }> = {};
  for (const [file, { text, name }] of needs.markers) {
    // The cover tool uses the base name of its input in profiles.
    const place = ensureDirectory(join(directory, "cover", digest(file, text).slice(0, 24)));
    const path = join(place, basename(file));
    markers[file] = { path, name };
    writeOnce(path, text);
  }
  const originals = Object.fromEntries(vet || embeds ? needs.originals : []);
  const content: ToolPlan = { markers, originals, added: vet ? added : [], through };
  const command = [process.execPath, program, writeByContent(directory, ".json", JSON.stringify(content))];
  if (process.platform === "win32") return [`-toolexec=${command.map(quote).join(" ")}`];
  // Go runs this for every tool, so a shell script starts Node only for those that need it.
  const sh = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const pattern = tools.map((tool) => `*/${tool}`).join("|");
  const text = `case "$1" in ${pattern}) exec ${sh(command)} "$@";; esac\nexec ${[...through.map((word) => sh([word])), '"$@"'].join(" ")}\n`;
  return [`-toolexec=/bin/sh ${quote(writeByContent(directory, ".sh", text))}`];
}

/** Go splits the flag's value at spaces outside quotes. */
function quote(word: string): string {
  return /[\s"']/.test(word) ? (word.includes("'") ? `"${word}"` : `'${word}'`) : word;
}
