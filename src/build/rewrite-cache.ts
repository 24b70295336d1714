/** Rewrites the files of a build. Results are cached by content, so unchanged files are neither parsed nor written again. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cachedName, digest, ensureDirectory, touch, writeAtomically } from "../gotool/cache.js";
import type { Omissions } from "../gotool/inlining.js";
import type { GoPackage } from "../gotool/packages.js";
import type { Instrumented, InstrumentOptions } from "../instrument/index.js";
import { importName } from "../instrument/snippets.js";
import { ORIGIN } from "./origin.js";

/** The result of rewriting one file, without the text. */
export type FileReport = Omit<Instrumented, "text">;

/** A file of the build and its rewritten form. */
export interface RewrittenFile {
  readonly file: string;
  /** Path of the rewritten text, which lacks its site table; undefined if the file stays as it is. */
  readonly rewritten: string | undefined;
  readonly report: FileReport;
}

/** The result for all files of a build. */
export interface Rewriting {
  readonly files: readonly RewrittenFile[];
  /** How many files were not in the cache and had to be parsed. */
  readonly parsed: number;
}

/**
 * Rewrites the files of some packages.
 * @param cache root of gotrace's cache
 * @param replaced the user's own overlay: path → path of its content
 * @param omissions functions to leave out
 */
export async function rewriteFiles(
  cache: string,
  packages: readonly GoPackage[],
  basic: Omit<InstrumentOptions, "name">,
  replaced: ReadonlyMap<string, string>,
  omissions: Omissions = new Map(),
): Promise<Rewriting> {
  const directory = ensureDirectory(join(cache, "src"));
  const settingOf = (own: InstrumentOptions) => JSON.stringify([ORIGIN, own]);
  const files: RewrittenFile[] = [];
  let parsed = 0;
  let instrumenter: Awaited<ReturnType<typeof import("../instrument/index.js").loadInstrumenter>> | undefined;
  for (const [file, { source, name }] of sourcesOf(packages, replaced)) {
    const omitted = omissions.get(file);
    const own = { ...basic, name, ...(omitted === undefined ? {} : { omitted }) };
    const path = join(directory, cachedName(digest(settingOf(own), file, source), file));
    let report = readReport(`${path}.json`);
    if (report === undefined) {
      instrumenter ??= await (await import("../instrument/index.js")).loadInstrumenter();
      const { text: rewritten, ...rest } = instrumenter.instrument(source, file, own);
      const text = rewritten === null ? undefined : Buffer.from(rewritten);
      report = { ...rest, ...(text ? { hash: digest(text) } : {}) };
      if (text) writeAtomically(path, text);
      writeAtomically(`${path}.json`, JSON.stringify(report));
      parsed++;
    }
    files.push({ file, rewritten: report.hash === undefined ? undefined : path, report });
  }
  return { files, parsed };
}

/** Yields the files of packages, each with a name for the runtime's import that no file in its directory contains. */
function* sourcesOf(
  packages: readonly GoPackage[],
  replaced: ReadonlyMap<string, string>,
): Generator<[file: string, { source: Buffer; name: string }]> {
  const directories = new Map<string, Set<string>>();
  for (const file of packages.flatMap((entry) => entry.files)) {
    const files = directories.get(dirname(file)) ?? new Set();
    directories.set(dirname(file), files.add(file));
  }
  for (const files of directories.values()) {
    const sources = [...files].flatMap((file): [string, Buffer][] => {
      const content = replaced.get(file) ?? file;
      const source = content === "" ? undefined : sourceOf(content);
      return source === undefined ? [] : [[file, source]];
    });
    let name = importName;
    for (let n = 2; sources.some(([, source]) => source.includes(name)); n++) name = `${importName}${n}`;
    for (const [file, source] of sources) yield [file, { source, name }];
  }
}

/** The text of a file; undefined if it cannot be read, which go then reports. */
function sourceOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** A report as stored in the cache, with the hash of the rewritten text if there is one. */
type StoredReport = FileReport & { readonly hash?: string };

/** Reads a report from the cache; undefined if it is missing, or it or its text is damaged. */
function readReport(path: string): StoredReport | undefined {
  const text = path.slice(0, -".json".length);
  let report: StoredReport;
  try {
    report = JSON.parse(readFileSync(path, "utf8")) as StoredReport;
    if (report.hash !== undefined && digest(readFileSync(text)) !== report.hash) return undefined;
  } catch {
    return undefined;
  }
  touch(path);
  if (report.hash !== undefined) touch(text);
  return report;
}
