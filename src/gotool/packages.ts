/** The packages of a target and their Go files, as `go list -deps` sees them under the user's own build flags. */

import { isAbsolute, join } from "node:path";
import { type GoContext, runGo } from "./run-go.js";

/** One package of the build. Test variants of a package are separate entries with the same `dir`. */
export interface GoPackage {
  /** Import path without the variant suffix of tests (` [p.test]`). */
  readonly importPath: string;
  readonly name: string;
  readonly dir: string;
  /** Absolute paths of the Go files that this build compiles, cgo files included. */
  readonly files: readonly string[];
  readonly standard: boolean;
  /** In the main module or a module of the workspace. */
  readonly main: boolean;
  /** In a module replaced by a directory on disk. */
  readonly localReplace: boolean;
  /** Named by the user's patterns, not only a dependency. */
  readonly target: boolean;
  /** Go could not load it, or something that it imports. */
  readonly incomplete: boolean;
  /** Absolute paths of the files that it embeds. */
  readonly embeds: readonly string[];
}

/** `go list` failed; its output, for the cases where plain Go does not. */
export interface ListFailure {
  readonly stderr: string;
}

/** Whether the package consists of files that the user named. */
export function isFilesPackage({ importPath }: Pick<GoPackage, "importPath">): boolean {
  return /^command-line-arguments(_test)?$/.test(importPath);
}

interface Listed {
  Dir?: string;
  ImportPath: string;
  Name?: string;
  ForTest?: string;
  Standard?: boolean;
  DepOnly?: boolean;
  Incomplete?: boolean;
  Module?: { Main?: boolean; Replace?: { Path: string; Version?: string } };
  GoFiles?: string[];
  CgoFiles?: string[];
  EmbedFiles?: string[];
  TestEmbedFiles?: string[];
  XTestEmbedFiles?: string[];
}

const fields =
  "Dir,ImportPath,Name,ForTest,Standard,DepOnly,Incomplete,Module,GoFiles,CgoFiles,EmbedFiles,TestEmbedFiles,XTestEmbedFiles";

/**
 * Lists the packages that `patterns` need.
 * @param flags the user's build flags
 * @param tests whether test files and test variants belong to the build
 */
export async function listPackages(
  context: GoContext,
  flags: readonly string[],
  patterns: readonly string[],
  tests: boolean,
): Promise<GoPackage[] | ListFailure> {
  // With -e a package that go cannot load still lists; the build itself then reports it in Go's own words.
  const args = ["list", "-e", "-deps", ...(tests ? ["-test"] : []), `-json=${fields}`, ...flags, "--", ...patterns];
  const result = await runGo(context, args);
  if (result.code !== 0) return { stderr: result.stderr };
  return parseConcatenated<Listed>(result.stdout).flatMap(toPackage);
}

function toPackage(listed: Listed): GoPackage[] {
  if (!listed.Dir || isTestMain(listed)) return [];
  const dir = listed.Dir;
  const importPath = listed.ImportPath.replace(/ \[.*\]$/, "");
  const replace = listed.Module?.Replace;
  return [
    {
      importPath,
      name: listed.Name ?? "",
      dir,
      files: [...(listed.GoFiles ?? []), ...(listed.CgoFiles ?? [])].map((file) => join(dir, file)),
      standard: listed.Standard === true,
      // Files named on the command line have no module, and are the user's own.
      main: listed.Module ? listed.Module.Main === true : isFilesPackage({ importPath }),
      localReplace: replace !== undefined && replace.Version === undefined,
      target: listed.DepOnly !== true,
      incomplete: listed.Incomplete === true,
      embeds: [...(listed.EmbedFiles ?? []), ...(listed.TestEmbedFiles ?? []), ...(listed.XTestEmbedFiles ?? [])].map(
        (file) => join(dir, file),
      ),
    },
  ];
}

/** The main package that `go test` makes up: its one file lies in Go's cache. (A user's package may end in `.test` too.) */
function isTestMain({ ImportPath, Name, GoFiles }: Listed): boolean {
  return ImportPath.endsWith(".test") && Name === "main" && (GoFiles ?? []).every((file) => isAbsolute(file));
}

/** `go list -json` prints objects one after another; each closes with a brace in the first column. */
export function parseConcatenated<T>(text: string): T[] {
  const inner = text.trim().replace(/^}\r?\n{/gm, "},\n{");
  return JSON.parse(`[${inner}]`) as T[];
}
