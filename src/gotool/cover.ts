/**
 * Coverage builds. `go build -cover` gives go's cover tool the user's own files, not those of the overlay, and hooks
 * inserted before it ran would count as statements of the user. So a `-toolexec` program hands the cover tool files
 * with comments where hooks belong, and turns these comments into hooks in what the tool wrote: statements, columns and
 * percentages stay those of the original.
 */

import { chmodSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { digest, writeIfChanged } from "./cache.js";

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
 * @param directory directory of the build in the cache
 * @param markers path of a file → its text with markers
 * @param program path of the JavaScript program, run as `node program plan tool args…`
 */
export function coverFlags(directory: string, markers: ReadonlyMap<string, string>, program: string): string[] {
  const paths: Record<string, string> = {};
  for (const [file, text] of markers) {
    // The cover tool names files in profiles after the base name of what it is given.
    const place = join(directory, "cover", digest(file).slice(0, 16));
    mkdirSync(place, { recursive: true });
    paths[file] = join(place, basename(file));
    writeIfChanged(paths[file], text);
  }
  const plan = join(directory, "cover.json");
  writeIfChanged(plan, JSON.stringify({ markers: paths } satisfies CoverPlan));
  if (process.platform === "win32") return [`-toolexec=${[process.execPath, program, plan].map(quote).join(" ")}`];
  // Go runs this for every tool: only the cover tool is worth a start of Node.
  const script = join(directory, "toolexec.sh");
  const words = [process.execPath, program, plan].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  writeIfChanged(script, `#!/bin/sh\ncase "$1" in */cover) exec ${words} "$@";; esac\nexec "$@"\n`);
  chmodSync(script, 0o755);
  return [`-toolexec=${quote(script)}`];
}

/** Go splits the flag's value at spaces outside quotes. */
function quote(word: string): string {
  return /[\s"']/.test(word) ? (word.includes("'") ? `"${word}"` : `'${word}'`) : word;
}
