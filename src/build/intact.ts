/** Whether the files of the last build still have the sizes that they were written with; go finds what else is wrong with them. */

import { readFileSync, statSync } from "node:fs";
import { inCache } from "../gotool/cache.js";

/** Path → bytes. */
export type Sizes = Readonly<Record<string, number>>;

/** The sizes of an overlay and of those of its files that lie in the cache. */
export function sizesOf(cache: string, overlay: string): Sizes {
  const { Replace } = JSON.parse(readFileSync(overlay, "utf8")) as { Replace: Record<string, string> };
  const paths = Object.values(Replace).filter((path) => inCache(cache, path));
  return Object.fromEntries([overlay, ...paths].map((path) => [path, statSync(path).size]));
}

/** Whether nothing was cut. */
export function areIntact(sizes: Sizes): boolean {
  return Object.entries(sizes).every(([path, size]) => statSync(path, { throwIfNoEntry: false })?.size === size);
}
