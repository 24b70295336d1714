/**
 * The cached binary of a build directory. `go build -o` skips linking if the binary in place is up to date, so gotrace
 * keeps it from run to run.
 *
 * Runs at the same time must not share the file, because go may write it byte by byte (when temporary files are on another
 * file system). So each run starts with its own link to the last binary, lets go replace it, and renames the result back
 * for later runs.
 *
 * Go judges a binary by its first bytes only. To find damage elsewhere, its size and hash are stored beside it and checked
 * while go works.
 */

import { createHash } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  createReadStream,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { attempt } from "../base/errors.js";
import { digest, refuseForeign, writeAtomically } from "../gotool/cache.js";

const NAME = "program";

/** Stored beside a binary, to detect damage. */
interface Seal {
  readonly size: number;
  /** Hex SHA-256. */
  readonly hash: string;
}

/** One run's copy of the cached binary, and its way back into the cache. */
export class Binary {
  /** The value for `go build -o`. */
  readonly path: string;
  private readonly own: string;
  private readonly shared: string;
  private readonly seal: string;
  /** The state of the last build's binary in `path`; undefined if there was none and go must link. */
  private begun: { readonly mark: string; readonly whole: Promise<boolean> } | undefined;

  /** @param directory the build's directory in the cache @throws UserError when its binary is another user's */
  constructor(directory: string) {
    removeOld(directory);
    this.shared = binaryPath(directory, NAME);
    this.seal = join(directory, `${NAME}.json`);
    this.own = mkdtempSync(join(directory, `${NAME}-`));
    this.path = binaryPath(this.own, NAME);
    // If this fails, there is no binary to reuse, and go links a new one.
    attempt(() => linkOrCopy(this.shared, this.path));
    const stat = statSync(this.path, { throwIfNoEntry: false });
    if (!stat) return;
    refuseForeign(this.shared, stat.uid);
    this.begun = { mark: markOf(this.path), whole: isSealed(this.path, this.seal) };
  }

  /** Discards the binary if go left it alone although it is damaged; returns whether it did. Then build again. */
  async discardDamaged(): Promise<boolean> {
    if (this.begun?.mark !== markOf(this.path) || (await this.begun.whole)) return false;
    this.discard();
    return true;
  }

  /** Deletes the binary, so that the next `go build` links. */
  discard(): void {
    for (const path of [this.path, this.shared, this.seal]) rmSync(path, { force: true });
    this.begun = undefined;
  }

  /** Puts the binary that go has built into a directory, and back into the cache for later builds. Returns its new path. */
  async place(directory: string, name: string): Promise<string> {
    mkdirSync(directory, { recursive: true });
    const program = binaryPath(directory, name);
    rmSync(program, { force: true });
    linkOrCopy(this.path, program);
    const made = this.begun?.mark !== markOf(this.path);
    // If the old one cannot be replaced, later builds link again.
    attempt(() => renameSync(this.path, this.shared));
    if (made) writeAtomically(this.seal, JSON.stringify(await sealOf(program)));
    return program;
  }

  /** Removes this run's own directory. */
  close(): void {
    rmSync(this.own, { recursive: true, force: true });
  }
}

/** Whether a binary has the size and hash of its seal. */
async function isSealed(path: string, seal: string): Promise<boolean> {
  try {
    const { size, hash } = JSON.parse(readFileSync(seal, "utf8")) as Seal;
    return statSync(path).size === size && (await sealOf(path)).hash === hash;
  } catch {
    return false;
  }
}

async function sealOf(path: string): Promise<Seal> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  return { size, hash: hash.digest("hex") };
}

/** Go's build ID is within the first 32 KiB of a binary (cmd/internal/buildid). */
const HEAD = 32 << 10;

/** A string that changes when go links a file, even in place. (Times do not tell: go also updates that of a file it leaves alone.) */
function markOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return "";
  const file = openSync(path, "r");
  try {
    const head = Buffer.alloc(HEAD);
    const length = readSync(file, head, 0, HEAD, 0);
    return `${stat.ino} ${stat.size} ${digest(head.subarray(0, length))}`;
  } finally {
    closeSync(file);
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/** Removes directories of killed runs, after an hour. */
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

/** The path of a program in a directory, with `.exe` on Windows. */
function binaryPath(directory: string, name: string): string {
  return join(directory, process.platform === "win32" ? `${name}.exe` : name);
}
