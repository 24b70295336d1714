/**
 * What a build becomes with some of its files rewritten: an overlay, files to name, flags. Builds are tried with fewer
 * rewritten files where not all of them compile (see gotool/build.ts), and everything that speaks of them must follow.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { digest, storeText, writeByContent, writeIfChanged } from "../gotool/cache.js";
import { systemPackage } from "../gotool/join.js";
import type { GoPackage } from "../gotool/packages.js";
import { type Marked, toolFlags } from "../gotool/toolexec.js";
import type { FileReport } from "./rewrite-cache.js";
import { type AddedFile, tableFiles } from "./site-tables.js";

const toolProgram = fileURLToPath(new URL("./toolexec.js", import.meta.url));

/** A build with some of its files rewritten. */
export interface Variant {
  /** Path of the overlay. */
  readonly overlay: string;
  /** Flags for `go` that follow those of every variant. */
  readonly flags: readonly string[];
  /** Files to name before those that the user named. */
  readonly extra: readonly string[];
}

/** What variants are made of. */
export interface VariantParts {
  readonly cache: string;
  /** Directory of the build in the cache, and of the runtime module. */
  readonly directory: string;
  readonly runtime: string;
  /** All packages of the build, and those to which files can be added. */
  readonly packages: readonly GoPackage[];
  readonly open: readonly GoPackage[];
  readonly patterns: readonly string[];
  readonly reports: ReadonlyMap<string, FileReport>;
  /** Files with a rewritten form, by path. */
  readonly rewritten: ReadonlyMap<string, string>;
  /** The user's own overlay. */
  readonly replaced: ReadonlyMap<string, string>;
  /** Overlay entries of every variant. */
  readonly fixed: readonly (readonly [string, string])[];
  /** Files with markers, for the cover tool; undefined where nothing is to be covered. */
  readonly marked: ReadonlyMap<string, string> | undefined;
  readonly vet: boolean;
  /** Words of the user's own -toolexec. */
  readonly through: readonly string[];
}

/** Makes a variant, and writes what belongs to it. @param wanted the files to replace by their rewritten form */
export function makeVariant(parts: VariantParts, wanted: ReadonlySet<string>): Variant {
  const added = tableFiles(
    parts.open,
    (file) => (wanted.has(file) ? parts.reports.get(file)?.table : undefined),
    (directory) => namesIn(directory, parts.replaced),
  );
  const texts = new Map([...added].map(([path, { text }]) => [path, storeText(parts.cache, "tables.go", text)]));
  const used = [...parts.rewritten].filter(([file]) => wanted.has(file));
  const entries = [...parts.replaced, ...parts.fixed, ...systemEntry(parts), ...texts, ...used];
  const text = JSON.stringify({ Replace: Object.fromEntries(entries) }, null, 1);
  const overlay = join(parts.directory, `overlay-${digest(text).slice(0, 16)}.json`);
  writeIfChanged(overlay, text);
  return { overlay, flags: toolsOf(parts, used, texts, added), extra: namedTables(parts, added) };
}

/** Programs and tests outside the user's modules cannot import what the runtime needs: then it does itself. */
function systemEntry({ packages, open, runtime, directory }: VariantParts): [string, string][] {
  const isLinked = ({ target, standard, name, files }: GoPackage) =>
    target && !standard && (name === "main" || files.some((file) => file.endsWith("_test.go")));
  if (packages.every((entry) => !isLinked(entry) || open.includes(entry))) return [];
  const text = `package rt\n\nimport _ ${JSON.stringify(systemPackage)}\n`;
  return [[join(runtime, "system_import.go"), writeByContent(directory, ".go", text)]];
}

function toolsOf(
  parts: VariantParts,
  used: readonly (readonly [string, string])[],
  texts: ReadonlyMap<string, string>,
  added: ReadonlyMap<string, AddedFile>,
): string[] {
  const { replaced, marked, vet } = parts;
  const embedded = new Set(parts.packages.flatMap((entry) => entry.embeds));
  const embeds = used.some(([file]) => embedded.has(file));
  const seen = vet ? used : used.filter(([file]) => embedded.has(file));
  const markers = new Map<string, Marked>();
  if (marked) {
    for (const [file] of used) {
      const name = parts.reports.get(file)?.table?.importName;
      const text = marked.get(file);
      if (text !== undefined && name !== undefined) markers.set(file, { text, name });
    }
    for (const [path, { text }] of added) markers.set(path, { text });
  }
  const needs = {
    markers,
    originals: new Map(seen.map(([file, rewritten]) => [rewritten, replaced.get(file) ?? file])),
    added: [...texts.values()],
    vet,
    embeds,
    through: parts.through,
  };
  return toolFlags(parts.directory, needs, toolProgram);
}

/** Tables of the files that the user named. Go wants all named files in one directory, written the same way. */
function namedTables({ patterns }: VariantParts, added: ReadonlyMap<string, AddedFile>): string[] {
  const prefix = /^(.*[\\/])?/.exec(patterns[0])?.[0] ?? "";
  return [...added].filter(([, { named }]) => named).map(([path]) => `${prefix}${basename(path)}`);
}

/** Names of the files in a directory, those of the user's overlay included. */
function namesIn(directory: string, replaced: ReadonlyMap<string, string>): string[] {
  const names = [...replaced.keys()].filter((path) => dirname(path) === directory).map((path) => basename(path));
  try {
    return [...readdirSync(directory), ...names];
  } catch {
    return names;
  }
}

/** The text of every file that has a marked form. */
export function readMarked(files: readonly { file: string; rewritten: string | undefined }[]): Map<string, string> {
  return new Map(
    files.flatMap(({ file, rewritten }): [string, string][] =>
      rewritten === undefined ? [] : [[file, readFileSync(rewritten, "utf8")]],
    ),
  );
}
