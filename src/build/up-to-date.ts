/**
 * Detects whether anything has changed since the last build that affects which files belong to it or how they are
 * rewritten. If not, the last overlay is still right, and only `go build` needs to run.
 *
 * An overlay is a function of
 *
 * 1. gotrace, the command line, the working directory and the environment: they name the build's directory in the cache;
 * 2. the output of `go env` (release, platform, go.mod and go.work in force, GOFLAGS, including values from `go env -w`):
 *    asked each time, while go builds with the last overlay already, and compared by {@link GoEnvironment.identity};
 * 3. the files that `go list` finds for the packages named, which follow from
 *    a. go.mod and go.work, the go.mod of all modules of the workspace and of all that a `replace` finds on disk, their sums,
 *       and vendor/modules.txt: they say which module, so which directory, an import path is;
 *    b. in the directory of every package of the build that may change (of the main modules whether traced or not, of
 *       replaced modules, vendored ones): the names of its .go files and the files themselves, whose build constraints and
 *       imports say what belongs to the build. So a package can join the build only if a watched file changes or is added.
 *       The standard library and the module cache do not change under one release and one go.mod;
 * 4. the contents of these files.
 *
 * Files are compared as make does, by time and size, and by inode. A file that changed while `go list` ran, or so shortly
 * before that its time does not show it, could be listed in one state and remembered in another; such builds are not
 * remembered. All else (embedded files, C and assembly, other modules, the tool chain) is left to `go build`, which runs in
 * any case; if it fails with the last overlay, the build is prepared again.
 *
 * Builds with patterns that may match new packages, or with the flags -overlay or -modfile, are never remembered.
 */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { digest } from "../gotool/cache.js";
import type { GoEnvironment } from "../gotool/environment.js";
import { flagValue } from "../gotool/link-runtime.js";
import type { GoPackage } from "../gotool/packages.js";

/** The files that decide what a build consists of, as plain data that can be stored. */
export interface BuildInputs {
  readonly files: readonly string[];
  /** Directories of which all .go files are inputs. */
  readonly directories: readonly string[];
}

/** The state of a build's inputs. */
export interface InputState {
  readonly fingerprint: string;
  /** When any of the files or directories last changed, in milliseconds since 1970. */
  readonly newest: number;
}

/** How far, in milliseconds, a file's time of change may lag behind the clock. */
const clockLag = 20;

/** Whether a build with these flags and patterns can be recognised as unchanged. */
export function isRecognisable(patterns: readonly string[], goFlags: readonly string[]): boolean {
  return (
    flagValue(goFlags, "overlay") === undefined &&
    flagValue(goFlags, "modfile") === undefined &&
    !patterns.some((pattern) => pattern.includes("...") || /^(all|std|cmd|tool|work)$/.test(pattern))
  );
}

/** The inputs of a build of these packages. */
export function inputsOf(environment: GoEnvironment, packages: readonly GoPackage[]): BuildInputs {
  const fixed = (entry: GoPackage) =>
    entry.standard || (environment.modCache !== "" && isInside(environment.modCache, entry.dir));
  const directories = packages.filter((entry) => !fixed(entry)).map((entry) => entry.dir);
  return { files: [...moduleFiles(environment)], directories: [...new Set(directories)] };
}

/** Reads times, sizes and inodes of the inputs. A missing file is a state as well. */
export function inputState({ files, directories }: BuildInputs): InputState {
  const marks: string[] = [];
  let newest = 0;
  const mark = (path: string): void => {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false });
    if (found) newest = Math.max(newest, Number(found.ctimeMs), Number(found.mtimeMs));
    marks.push(found ? `${path} ${found.mtimeNs} ${found.ctimeNs} ${found.size} ${found.ino}` : `${path} missing`);
  };
  for (const path of files) mark(path);
  for (const path of directories) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found?.isDirectory()) {
      marks.push(`${path} missing`);
      continue;
    }
    // The removal of a file while the build runs shows only in the directory's time. That time is not part of the
    // fingerprint, because the user may build a binary there.
    newest = Math.max(newest, found.ctimeMs, found.mtimeMs);
    const names = readdirSync(path).filter((name) => name.endsWith(".go"));
    for (const name of names.sort()) mark(join(path, name));
  }
  return { fingerprint: digest(...marks), newest };
}

/** Whether the inputs have not changed since `start` (milliseconds since 1970) or shortly before it. */
export function isStable({ newest }: InputState, start: number): boolean {
  return newest < start - clockLag;
}

/** The files that say where modules are: go.mod, go.work, their sums, vendor/modules.txt. */
function moduleFiles({ goMod, goWork }: GoEnvironment): Set<string> {
  const files = new Set<string>();
  const add = (path: string, sum: string) => {
    files
      .add(path)
      .add(sum)
      .add(join(dirname(path), "vendor/modules.txt"));
  };
  const mains = new Set(goMod === "" ? [] : [goMod]);
  if (goWork !== "") {
    add(goWork, `${goWork}.sum`);
    for (const directory of localDirectories(goWork)) mains.add(join(directory, "go.mod"));
  }
  for (const main of mains) {
    add(main, main.replace(/\.mod$/, ".sum"));
    for (const directory of localDirectories(main)) files.add(join(directory, "go.mod"));
  }
  return files;
}

/** The directories in `use` and `replace` lines: all words that must be paths. Directories in excess do no harm. */
function localDirectories(file: string): string[] {
  if (!existsSync(file)) return [];
  return [...readFileSync(file, "utf8").matchAll(/"([^"\n]*)"|`([^`\n]*)`|([^\s"`]+)/g)]
    .map((match) => match[1] ?? match[2] ?? match[3] ?? "")
    .filter((word) => /^\.{1,2}([\\/]|$)/.test(word) || isAbsolute(word))
    .map((word) => resolve(dirname(file), word));
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return !way.startsWith("..") && !isAbsolute(way);
}
