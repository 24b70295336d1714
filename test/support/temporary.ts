/** Temporary directories of tests. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const temporary: string[] = [];

/** Makes a directory that is removed after the tests of the file. */
export function temporaryDirectory(name = "gotrace test"): string {
  const path = mkdtempSync(join(tmpdir(), `${name}-`));
  temporary.push(path);
  return path;
}

/** Removes what {@link temporaryDirectory} made; test/support/each-file.ts calls it. */
export function removeTemporaryDirectories(): void {
  for (const path of temporary.splice(0)) {
    spawnSync("chmod", ["-R", "u+w", path]);
    rmSync(path, { recursive: true, force: true });
  }
}
