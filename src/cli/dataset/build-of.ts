/** Which build of a program a process was, by its executable if that is still there; for traces that do not say it. */

import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, statSync } from "node:fs";

/** What Go's linker puts before the build information. Go 1.18 and later: cmd/link, debug/buildinfo. */
const MAGIC = Buffer.from("\xff Go buildinf:", "latin1");
const HEADER = 32;
/** Bit of the flags: strings follow the header, each with its length. */
const INLINE = 2;
/** Modules have this many bytes before and after what they say. */
const SENTINEL = 16;
const PIECE = 1 << 20;

/** Builds by executable: each is read once. */
export class Builds {
  private readonly known = new Map<string, { readonly build: string; readonly changed: number } | undefined>();

  /**
   * The revision of version control that the executable was built from (with `+dirty` for one with changes), or the version of its
   * module, as in runtime-go/build.go; without them, the first 16 hex digits of its SHA-256. Undefined if it is not there, or was changed after the process began.
   *
   * @param began nanoseconds since 1970
   */
  of(executable: string, began: number): string | undefined {
    if (!this.known.has(executable)) this.known.set(executable, read(executable));
    const found = this.known.get(executable);
    return found !== undefined && found.changed * 1e6 <= began ? found.build : undefined;
  }
}

function read(executable: string): { readonly build: string; readonly changed: number } | undefined {
  let descriptor: number;
  try {
    if (!statSync(executable).isFile()) return undefined;
    descriptor = openSync(executable, "r");
  } catch {
    return undefined;
  }
  try {
    const changed = statSync(executable).mtimeMs;
    const hash = createHash("sha256");
    let said: string | undefined;
    const buffer = Buffer.alloc(PIECE);
    for (let offset = 0; ; ) {
      const got = readSync(descriptor, buffer, 0, PIECE, offset);
      if (got <= 0) return { build: said ?? hash.digest("hex").slice(0, 16), changed };
      const piece = buffer.subarray(0, got);
      hash.update(piece);
      // The linker aligns it to 16 bytes, so that it does not lie in two pieces.
      for (let at = piece.indexOf(MAGIC); at >= 0 && said === undefined; at = piece.indexOf(MAGIC, at + 1)) {
        if ((offset + at) % 16 === 0) said = revisionAt(descriptor, offset + at);
      }
      offset += got;
    }
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** The revision or version in the build information at an offset; undefined without one. */
function revisionAt(descriptor: number, offset: number): string | undefined {
  const bytes = Buffer.alloc(1 << 16);
  const end = readSync(descriptor, bytes, 0, bytes.length, offset);
  if (end < HEADER || (bytes[15] & INLINE) === 0) return undefined;
  const version = textAt(bytes, HEADER);
  const modules = version && textAt(bytes, version.end);
  if (modules === undefined) return undefined;
  const text = modules.text.subarray(SENTINEL, Math.max(SENTINEL, modules.text.length - SENTINEL)).toString();
  const setting = (name: string) => new RegExp(`^build\\t${name}=(.*)$`, "m").exec(text)?.[1];
  const revision = setting("vcs\\.revision");
  if (revision) return `${revision}${setting("vcs\\.modified") === "true" ? "+dirty" : ""}`;
  const released = /^mod\t[^\t\n]*\t([^\t\n]*)/m.exec(text)?.[1];
  return released && released !== "(devel)" ? released : undefined;
}

/** The bytes after an unsigned varint that is their length. */
function textAt(bytes: Buffer, start: number): { readonly text: Buffer; readonly end: number } | undefined {
  let length = 0;
  let at = start;
  for (let shift = 1; at < bytes.length; shift *= 128) {
    const byte = bytes[at++];
    length += (byte & 127) * shift;
    if (byte < 128) break;
  }
  const end = at + length;
  return end <= bytes.length ? { text: bytes.subarray(at, end), end } : undefined;
}
