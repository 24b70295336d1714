/** Lists the packages of a build and their Go files with `go list -deps`, under the user's own build flags. */

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
  /** Whether it is in the main module or a module of the workspace. */
  readonly main: boolean;
  /** Whether it is in a module replaced by a directory on disk. */
  readonly localReplace: boolean;
  /** Whether the user's patterns match it; false for mere dependencies. */
  readonly target: boolean;
  /** Whether go could not load it or one of its imports. */
  readonly incomplete: boolean;
  /** Absolute paths of the files that it embeds. */
  readonly embeds: readonly string[];
  /** Whether it imports runtime/trace. */
  readonly usesTrace: boolean;
}

/** The messages of a `go list` that failed. */
export interface ListFailure {
  readonly stderr: string;
}

/** Whether a package consists of .go files that the user named instead of a package. */
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
  Imports?: string[];
}

const fields =
  "Dir,ImportPath,Name,ForTest,Standard,DepOnly,Incomplete,Module,GoFiles,CgoFiles,EmbedFiles,TestEmbedFiles,XTestEmbedFiles,Imports";

/**
 * Lists the packages that match `patterns` and all that they import.
 * @param flags the user's build flags
 * @param tests whether to include test files and test variants
 */
export async function listPackages(
  context: GoContext,
  flags: readonly string[],
  patterns: readonly string[],
  tests: boolean,
): Promise<GoPackage[] | ListFailure> {
  // With -e, go also lists packages that it cannot load; the build then reports them in Go's own words.
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
      // Files named on the command line have no module but are the user's own.
      main: listed.Module ? listed.Module.Main === true : isFilesPackage({ importPath }),
      localReplace: replace !== undefined && replace.Version === undefined,
      target: listed.DepOnly !== true,
      incomplete: listed.Incomplete === true,
      embeds: [...(listed.EmbedFiles ?? []), ...(listed.TestEmbedFiles ?? []), ...(listed.XTestEmbedFiles ?? [])].map(
        (file) => join(dir, file),
      ),
      usesTrace: listed.Imports?.includes("runtime/trace") === true,
    },
  ];
}

/** Whether it is the main package that `go test` generates: unlike a user's package named `x.test`, its file is in Go's cache. */
function isTestMain({ ImportPath, Name, GoFiles }: Listed): boolean {
  return ImportPath.endsWith(".test") && Name === "main" && (GoFiles ?? []).every((file) => isAbsolute(file));
}

/** Parses the output of `go list -json`: objects one after another, each closed by a brace in the first column. */
export function parseConcatenated<T>(text: string): T[] {
  const inner = text.trim().replace(/^}\r?\n{/gm, "},\n{");
  return JSON.parse(`[${inner}]`) as T[];
}
