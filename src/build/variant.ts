/**
 * Variants of a build: the overlay, flags and extra files to build with only some of the files rewritten. If not all
 * rewritten files compile, the build is retried with fewer (see gotool/build.ts), and site tables, markers and flags must
 * match.
 */

import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { digest, storeText, writeByContent, writeIfChanged } from "../gotool/cache.js";
import { systemPackage } from "../gotool/link-runtime.js";
import type { GoPackage } from "../gotool/packages.js";
import { type Marked, toolFlags } from "../gotool/toolexec.js";
import type { FileReport } from "./rewrite-cache.js";
import { type AddedFile, tableFiles } from "./site-tables.js";

const toolProgram = fileURLToPath(new URL("./toolexec.js", import.meta.url));

/** A build with some of its files rewritten. */
export interface Variant {
  /** Path of the overlay. */
  readonly overlay: string;
  /** Flags for `go` in addition to those that all variants share. */
  readonly flags: readonly string[];
  /** Files to pass to go before those that the user named. */
  readonly extra: readonly string[];
}

/** What all variants of a build are made from. */
export interface VariantParts {
  readonly cache: string;
  /** The build's directory in the cache. */
  readonly directory: string;
  /** The directory of the runtime module. */
  readonly runtime: string;
  /** All packages of the build. */
  readonly packages: readonly GoPackage[];
  /** The packages to which files can be added. */
  readonly open: readonly GoPackage[];
  readonly patterns: readonly string[];
  readonly reports: ReadonlyMap<string, FileReport>;
  /** Original file → its rewritten form. */
  readonly rewritten: ReadonlyMap<string, string>;
  /** The user's own overlay: path → path of its content. */
  readonly replaced: ReadonlyMap<string, string>;
  /** Overlay entries that all variants share: path → path of its content. */
  readonly fixed: readonly (readonly [string, string])[];
  /** Original file → its text with markers, for the cover tool; undefined without coverage. */
  readonly marked: ReadonlyMap<string, string> | undefined;
  readonly vet: boolean;
  /** Words of the user's own -toolexec. */
  readonly through: readonly string[];
}

/** Makes a variant and writes its files. @param wanted the files to replace by their rewritten form */
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

/** Lets the runtime import package sys itself if a program or test is outside the user's modules and cannot. */
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

/** Table files for files that the user named, written as the user wrote those: go requires all in one directory. */
function namedTables({ patterns }: VariantParts, added: ReadonlyMap<string, AddedFile>): string[] {
  const prefix = /^(.*[\\/])?/.exec(patterns[0])?.[0] ?? "";
  return [...added].filter(([, { named }]) => named).map(([path]) => `${prefix}${basename(path)}`);
}

/** Names of the files in a directory, including those of the user's overlay. */
function namesIn(directory: string, replaced: ReadonlyMap<string, string>): string[] {
  const names = [...replaced.keys()].filter((path) => dirname(path) === directory).map((path) => basename(path));
  try {
    return [...readdirSync(directory), ...names];
  } catch {
    return names;
  }
}

/** Reads the texts with markers: original file → text. */
export function readMarked(files: readonly { file: string; rewritten: string | undefined }[]): Map<string, string> {
  return new Map(
    files.flatMap(({ file, rewritten }): [string, string][] =>
      rewritten === undefined ? [] : [[file, readFileSync(rewritten, "utf8")]],
    ),
  );
}
