/** Detects truncated files of the last build, as a full disk leaves them, by their sizes. Go itself reports other damage. */

import { readFileSync, statSync } from "node:fs";
import { inCache } from "../gotool/cache.js";

/** Path → size in bytes. */
export type Sizes = Readonly<Record<string, number>>;

/** The sizes of an overlay file and of its replacements that lie in the cache. */
export function sizesOf(cache: string, overlay: string): Sizes {
  const { Replace } = JSON.parse(readFileSync(overlay, "utf8")) as { Replace: Record<string, string> };
  const paths = Object.values(Replace).filter((path) => inCache(cache, path));
  return Object.fromEntries([overlay, ...paths].map((path) => [path, statSync(path).size]));
}

/** Whether all files still have these sizes. */
export function areIntact(sizes: Sizes): boolean {
  return Object.entries(sizes).every(([path, size]) => statSync(path, { throwIfNoEntry: false })?.size === size);
}
