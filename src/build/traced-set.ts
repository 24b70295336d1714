/**
 * The names of all functions that a build traces, called or not, so that assertions can tell a function that was not called
 * from a misspelled one. A trace stores them in notes: text with a line for each package (its path, then names, separated
 * by spaces), deflated, in base64, split into pieces that fit a note. They take about 4 bytes per function.
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { GoPackage } from "../gotool/packages.js";

/** Packed names, one string per note. */
export type TracedSet = readonly string[];

/** Characters per piece; a note holds 1 MiB. */
const PIECE = 512 << 10;

/** The maximum size in bytes when unpacked; anything larger is damaged. */
const MAX = 256 << 20;

/**
 * Packs the names of a build.
 * @param namesOf names of the traced functions of a file, without the package; undefined if the file is not traced
 * @param tests whether the build is a test; Go then prefixes functions of a package main with its path instead of `main`
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
 * The names in a packed set, with their packages; none if it is damaged.
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
