/** Lets the runtime module refer to names of the Go runtime that the linker, since Go 1.23, reserves for std. */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { GoEnvironment } from "./environment.js";

/**
 * Flags to put after the user's that allow such references. An -ldflags may apply to some packages only (`pattern=flags`),
 * and the last one that matches a package wins. So each of the user's is repeated with the addition, after one for the
 * packages on the command line.
 */
export function linkFlags(env: GoEnvironment, userFlags: readonly string[]): string[] {
  if (env.minor < 23) return [];
  const given = [...env.flags, ...userFlags].filter((flag) => /^--?ldflags=/.test(flag));
  return ["-ldflags=-checklinkname=0", ...given.map((flag) => `${flag} -checklinkname=0`)];
}

const template = fileURLToPath(new URL("../../templates/ancestry/allgs.go.txt", import.meta.url));

/**
 * Lets the runtime module list all goroutines, to record the ancestors of those that untraced code starts. The build also
 * needs {@link linkFlags}.
 * @param runtime directory of the runtime module
 * @returns overlay entries: path as Go sees it → file on disk
 */
export function ancestryOverlay(runtime: string): [string, string][] {
  return [[join(runtime, "allgs.go"), template]];
}
