/** Letting the runtime module refer to names of the Go runtime that the linker, since Go 1.23, keeps for std alone. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GoEnvironment } from "./environment.js";

/**
 * The user's -ldflags with one more, as flags that follow his own. Each may be for some packages only (`pattern=flags`) and
 * the last that matches a package wins, so all get it, and one for the packages on the command line comes before them.
 */
export function linkFlags(env: GoEnvironment, userFlags: readonly string[]): string[] {
  if (env.minor < 23) return [];
  const given = [...env.flags, ...userFlags].filter((flag) => /^--?ldflags=/.test(flag));
  return ["-ldflags=-checklinkname=0", ...given.map((flag) => `${flag} -checklinkname=0`)];
}

const template = fileURLToPath(new URL("../../templates/ancestry/allgs.go.txt", import.meta.url));

/**
 * What lets the runtime module see all goroutines, and so learn whom those descend from that untraced code starts.
 * @param runtime directory of the runtime module
 * @returns overlay entries: path as Go sees it → file on disk. The build needs {@link linkFlags}
 */
export function ancestryOverlay(runtime: string): [string, string][] {
  return [[join(runtime, "allgs.go"), template]];
}
