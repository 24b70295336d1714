/**
 * The functions that a build traces, by Go's names: what an assertion may be about, called or not. In the note of a run they
 * are text (a line for each package: its path, then names, separated by spaces), deflated, in base64, cut into pieces that fit
 * a note: some 4 bytes a function.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { GoPackage } from "../gotool/packages.js";

/** Packed names: one string for each note that they take. */
export type TracedSet = readonly string[];

/** A note has room for 1 MiB. */
const PIECE = 512 << 10;

/** What unpacks to more is no set of ours. */
const MAX = 256 << 20;

/**
 * Packs the names of a build.
 * @param namesOf names of the traced functions of a file, without the package; undefined where it is not traced
 * @param tests Go names the functions of a package main after its path when it tests it
 */
export function packTraced(
  packages: readonly GoPackage[],
  namesOf: (file: string) => readonly string[] | undefined,
  tests: boolean,
): TracedSet {
  const byPackage = new Map<string, Set<string>>();
  for (const { importPath, name, files } of packages) {
    const path = name === "main" && !tests ? "main" : importPath;
    for (const one of files.flatMap((file) => namesOf(file) ?? [])) {
      const names = byPackage.get(path);
      if (names === undefined) byPackage.set(path, new Set([one]));
      else names.add(one);
    }
  }
  if (byPackage.size === 0) return [];
  const text = [...byPackage].map(([path, names]) => [path, ...names].join(" ")).join("\n");
  const packed = deflateRawSync(text).toString("base64");
  return Array.from({ length: Math.ceil(packed.length / PIECE) }, (_, i) => packed.slice(i * PIECE, (i + 1) * PIECE));
}

/**
 * The names in a packed set, with their packages; none where it is damaged.
 * @param pieces in order
 */
export function unpackTraced(pieces: TracedSet): string[] {
  try {
    const text = inflateRawSync(Buffer.from(pieces.join(""), "base64"), { maxOutputLength: MAX }).toString();
    return text.split("\n").flatMap((line) => {
      const [path, ...names] = line.split(" ");
      return names.map((name) => `${path}.${name}`);
    });
  } catch {
    return [];
  }
}
