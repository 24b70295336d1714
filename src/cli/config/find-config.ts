/** Finds the configuration file. Separate from reading it, because most directories have none and YAML is slow to load. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** Names of the configuration file, in order of precedence. */
const configNames = [".gotrace.yaml", ".gotrace.yml", "gotrace.config.json"] as const;

/** Finds the nearest configuration, in a directory or its parents up to the user's home. @returns its path, if any */
export function nearestConfig(cwd: string): string | undefined {
  const last = homedir();
  for (let at = resolve(cwd); ; at = dirname(at)) {
    const found = configNames.map((name) => join(at, name)).find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (at === last || dirname(at) === at) return undefined;
  }
}
