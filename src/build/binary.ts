/**
 * The binary of a build directory. `go build -o` looks at the binary that is there to see whether it must link again, so
 * it stays in the cache; but what go puts there it may copy, byte by byte, when temporary files lie on another file system.
 * So each run builds into a place of its own, which begins as the binary of the last build, runs what lies there, and
 * leaves it to the next ones by renaming it. Go looks at the beginning of a binary alone, so its size and hash are kept
 * beside it, and compared while go works.
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

/** What is kept beside a binary. */
interface Seal {
  readonly size: number;
  /** Hex SHA-256. */
  readonly hash: string;
}

export class Binary {
  /** Where go is to put it. */
  readonly path: string;
  private readonly own: string;
  private readonly shared: string;
  private readonly seal: string;
  /** What the place begins as; undefined where go links anew. */
  private begun: { readonly mark: string; readonly whole: Promise<boolean> } | undefined;

  /** @param directory the build's directory in the cache @throws UserError when its binary is another user's */
  constructor(directory: string) {
    removeOld(directory);
    this.shared = binaryPath(directory, NAME);
    this.seal = join(directory, `${NAME}.json`);
    this.own = mkdtempSync(join(directory, `${NAME}-`));
    this.path = binaryPath(this.own, NAME);
    // There is none, or no way to have it: go links anew.
    attempt(() => linkOrCopy(this.shared, this.path));
    const stat = statSync(this.path, { throwIfNoEntry: false });
    if (!stat) return;
    refuseForeign(this.shared, stat.uid);
    this.begun = { mark: markOf(this.path), whole: isSealed(this.path, this.seal) };
  }

  /** Whether go found nothing to do although the binary is not what it once made. It is then given up: go is to link anew. */
  async discardDamaged(): Promise<boolean> {
    if (this.begun?.mark !== markOf(this.path) || (await this.begun.whole)) return false;
    this.discard();
    return true;
  }

  /** Gives the binary up: go is to link anew. */
  discard(): void {
    for (const path of [this.path, this.shared, this.seal]) rmSync(path, { force: true });
    this.begun = undefined;
  }

  /** Puts what go has built into a directory under a name of its own, and leaves it to later builds. Returns its path. */
  async place(directory: string, name: string): Promise<string> {
    mkdirSync(directory, { recursive: true });
    const program = binaryPath(directory, name);
    rmSync(program, { force: true });
    linkOrCopy(this.path, program);
    const made = this.begun?.mark !== markOf(this.path);
    // Where the old one may not be replaced, later builds link again.
    attempt(() => renameSync(this.path, this.shared));
    if (made) writeAtomically(this.seal, JSON.stringify(await sealOf(program)));
    return program;
  }

  /** Removes what no one needs any more. */
  close(): void {
    rmSync(this.own, { recursive: true, force: true });
  }
}

/** Whether a binary is what its seal says. */
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

/** Where go keeps the id of a build, at the latest (cmd/internal/buildid). */
const HEAD = 32 << 10;

/** Differs when go has linked a file anew, in its place too. (Go sets the time of one that it leaves alone.) */
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
