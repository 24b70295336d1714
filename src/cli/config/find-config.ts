/** Where the configuration lies. A module of its own, cheap to import: most directories have none. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** Names that are looked for, the first one first. */
const configNames = [".gotrace.yaml", ".gotrace.yml", "gotrace.config.json"] as const;

/** The nearest configuration in a directory and those above it, up to the user's home; undefined where there is none. */
export function nearestConfig(cwd: string): string | undefined {
  const last = homedir();
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const found = configNames.map((name) => join(at, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (at === last || dirname(at) === at) return undefined;
  }
}
