/** Where `gotrace agent` writes: the package's directory, checked before anything is read or written there. */
import { existsSync, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { commandLine } from "../../gotool/run-go.js";
import { type Module, modulesAround, slashed } from "../analyze/modules.js";
import { readSmallFile } from "../config/small-file.js";
import type { PackageNames } from "./names.js";
import type { Files } from "./plan.js";

/** Where the package goes by default, from the root of the module. */
export const DEFAULT_PLACE = "internal/traceagent";

/** A larger Go file is not one of the agent's. */
const MAX_BYTES = 4 << 20;
/** The template needs this release of Go 1. */
const LEAST_MINOR = 21;

/** The directory of the package. */
export interface Place {
  /** Absolute, without symbolic links. It may not exist yet. */
  readonly directory: string;
  /** For messages: relative to the working directory. */
  readonly shown: string;
  readonly module: Module;
  readonly importPath: string;
}

/**
 * Finds the directory for the package.
 * @param output the value of `-o`
 * @throws UserError outside a module, for modules that are too old, and for places that go cannot import from
 */
export function placeFor(cwd: string, output: string | undefined): Place {
  const [around] = modulesAround(output === undefined ? cwd : existing(resolve(cwd, output)), "");
  const wanted = output === undefined && around ? join(around.directory, DEFAULT_PLACE) : resolve(cwd, output ?? "");
  const shown = relative(cwd, wanted) || ".";
  if (!around) {
    const advice = "run it where a go.mod is, in this directory or above ('go mod init' makes one)";
    throw new UserError(`${shown} is not in a Go module`, advice, ExitCode.noInput);
  }
  const directory = realPath(wanted, shown);
  const root = realpathSync(around.directory);
  const [module] = modulesAround(existing(directory), "");
  if (!isWithin(directory, root) || !module || module.directory !== root) {
    const what = `${shown} leads out of module ${around.path}: it is ${directory}`;
    throw new UserError(
      what,
      "name a directory of the module, without a symbolic link out of it",
      ExitCode.cannotCreate,
    );
  }
  refuseOld(module);
  const path = slashed(root, directory);
  for (const element of path.split("/")) refuseElement(element, shown);
  return { directory, shown, module, importPath: path === "" ? module.path : `${module.path}/${path}` };
}

/** The nearest directory that exists: a path, or one above it. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}

/** A path without symbolic links, of which only the first part may exist. @throws UserError for a link that leads nowhere */
function realPath(path: string, shown: string): string {
  const there = existing(path);
  const real = join(realpathSync(there), relative(there, path));
  const link = lstatSync(join(there, relative(there, path).split(sep)[0]), { throwIfNoEntry: false });
  const what = link?.isSymbolicLink() && there !== path ? "a symbolic link in it leads nowhere" : undefined;
  const file = statSync(there).isDirectory() ? what : "it, or a part of its path, is not a directory";
  if (file === undefined) return real;
  throw new UserError(`cannot write to ${shown}: ${file}`, "name a directory of your module", ExitCode.cannotCreate);
}

function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function refuseOld({ go, path, directory }: Module): void {
  const minor = /^1\.(\d+)/.exec(go ?? "1.16")?.[1];
  if (minor === undefined || Number(minor) >= LEAST_MINOR) return;
  throw new UserError(
    `module ${path} is for Go ${go ?? "1.16 (its go.mod has no go line)"}, and the agent needs 1.${LEAST_MINOR}`,
    `raise it: ${commandLine(["go", "mod", "edit", `-go=1.${LEAST_MINOR}`, join(directory, "go.mod")])}`,
    ExitCode.unavailable,
  );
}

/** Refuses directories that go does not import packages from (cmd/go, module.CheckImportPath). */
function refuseElement(element: string, shown: string): void {
  const reason = /^[._]|^(vendor|testdata)$/.test(element)
    ? `go ignores directories with the name ${element}`
    : !/^[\w.~+-]*$/.test(element) || element.endsWith(".")
      ? `no import path can contain ${JSON.stringify(element)}`
      : undefined;
  if (reason === undefined) return;
  throw new UserError(`cannot write a package to ${shown}: ${reason}`, "name another directory", ExitCode.usage);
}

/** The Go files of the package. @throws UserError if one cannot be read, or leads out of the module */
export function readPackage({ directory, shown, module }: Place): Files {
  const files = new Map<string, string>();
  for (const name of existsSync(directory) ? readdirSync(directory) : []) {
    if (!/^[^._].*\.go$/.test(name)) continue;
    const path = join(directory, name);
    try {
      if (!isWithin(realpathSync(path), realpathSync(module.directory))) {
        throw new Error("it is a symbolic link that leads out of the module");
      }
      files.set(name, readSmallFile(path, MAX_BYTES, "latin1"));
    } catch (error) {
      const what = `cannot read ${join(shown, name)}: ${messageOf(error)}`;
      throw new UserError(what, "move it away, or name another directory with -o", ExitCode.cannotCreate);
    }
  }
  return files;
}

/** The package's names: that of its files, or one made of the directory's. @throws UserError if that is no name */
export function namesFor({ importPath, shown }: Place, files: Files): PackageNames {
  const sources = [...files].filter(([name]) => !name.endsWith("_test.go")).sort(([a]) => (a === "doc.go" ? -1 : 1));
  const declared = sources.map(([, text]) => /^package (\w+)/m.exec(text)?.[1]).find((name) => name !== undefined);
  // The last element of a module's path may be its major version.
  const named = basename(importPath.replace(/\/v\d+$/, ""));
  const packageName = declared ?? named.replace(/\W/g, "");
  if (/^[a-z_]\w*$/i.test(packageName) && !/_test$|^(_|main)$/.test(packageName) && !KEYWORDS.has(packageName)) {
    return { packageName, importPath };
  }
  throw new UserError(
    `${JSON.stringify(named)} cannot be the name of a package, for ${shown}`,
    `name another directory, such as -o ${DEFAULT_PLACE}`,
    ExitCode.usage,
  );
}

/** The Go specification, Keywords. */
const KEYWORDS = new Set(
  (
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package range " +
    "return select struct switch type var"
  ).split(" "),
);
