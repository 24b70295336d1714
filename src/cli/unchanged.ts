/**
 * Whether anything changed since the last build that could change which files belong to it or what they become: the files,
 * their directories, go.mod and go.work with their sums, vendor/modules.txt, the go command and its settings. Judged as make
 * judges, by time, size and identity of the files. All else (embedded files, other modules, the tool chain) is judged by
 * `go build`, which runs in any case.
 */

import { realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { digest } from "../gotool/cache.js";
import type { GoEnvironment } from "../gotool/environment.js";
import type { GoPackage } from "../gotool/packages.js";

/** What {@link fingerprint} looks at. */
export function watchedPaths(
  environment: GoEnvironment,
  packages: readonly GoPackage[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): string[] {
  const { goMod, goWork } = environment;
  const roots = [goMod, goWork].filter((path) => path !== "");
  const paths = new Set<string>([goCommand(env), goSettings(env)]);
  for (const path of roots) {
    for (const related of [
      path,
      path.replace(/\.mod$/, ".sum"),
      `${path}.sum`,
      join(dirname(path), "vendor/modules.txt"),
    ]) {
      paths.add(related);
    }
  }
  // A new go.mod or go.work nearer to the working directory would take over.
  for (let at = cwd; ; at = dirname(at)) {
    paths.add(join(at, "go.mod")).add(join(at, "go.work"));
    if (dirname(at) === at) break;
  }
  for (const entry of packages) {
    paths.add(entry.dir);
    for (const file of entry.files) paths.add(file);
  }
  return [...paths];
}

/** A digest over time, size and identity of files; a missing file has one too. */
export function fingerprint(paths: readonly string[]): string {
  return digest(...paths.map((path) => `${path} ${mark(path)}`));
}

function mark(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.mtimeNs} ${found.ctimeNs} ${found.size} ${found.ino}` : "missing";
}

function goCommand(env: NodeJS.ProcessEnv): string {
  const name = process.platform === "win32" ? "go.exe" : "go";
  for (const directory of (env.PATH ?? "").split(delimiter)) {
    const path = join(directory, name);
    if (statSync(path, { throwIfNoEntry: false })) return realpathSync(path);
  }
  return name;
}

/** The file of `go env -w`. */
function goSettings(env: NodeJS.ProcessEnv): string {
  return env.GOENV ?? join(env.XDG_CONFIG_HOME ?? join(homedir(), ".config"), "go", "env");
}
