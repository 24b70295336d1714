/**
 * The binary of a build directory. `go build -o` looks at the binary that is there to see whether it must link again, so
 * it stays in the cache; but what go puts there it may copy, byte by byte, when temporary files lie on another file system.
 * So each run builds into a place of its own, which begins as the binary of the last build, runs what lies there, and
 * leaves it to the next ones by renaming it.
 */
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const NAME = "program";

export class Binary {
  /** Where go is to put it. */
  readonly path: string;
  private readonly own: string;
  private readonly shared: string;

  /** @param directory the build's directory in the cache */
  constructor(directory: string) {
    removeOld(directory);
    this.shared = binaryPath(directory, NAME);
    this.own = mkdtempSync(join(directory, `${NAME}-`));
    this.path = binaryPath(this.own, NAME);
    // There is none, or no way to have it: go links anew.
    attempt(() => linkOrCopy(this.shared, this.path));
  }

  /** Puts what go has built into a new directory under a name of its own, and leaves it to later builds. Returns its path. */
  place(directory: string, name: string): string {
    mkdirSync(directory);
    const program = binaryPath(directory, name);
    linkOrCopy(this.path, program);
    // Where the old one may not be replaced, later builds link again.
    attempt(() => renameSync(this.path, this.shared));
    return program;
  }

  /** Removes what no one needs any more. */
  close(): void {
    rmSync(this.own, { recursive: true, force: true });
  }
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // The caller says why nothing needs to be done.
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** What runs left that were killed. */
function removeOld(directory: string): void {
  const hourAgo = Date.now() - 3600_000;
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(`${NAME}-`)) continue;
    const path = join(directory, name);
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? hourAgo) < hourAgo) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/** Where a program lies in a directory. */
function binaryPath(directory: string, name: string): string {
  return join(directory, process.platform === "win32" ? `${name}.exe` : name);
}
