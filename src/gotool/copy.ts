/** Copies a module or workspace together with the runtime module, so that the copy builds with plain `go build`. */

import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { ExitCode, UserError } from "../base/errors.js";
import type { GoEnvironment } from "./environment.js";
import { runtimeModule, systemPackage } from "./link-runtime.js";
import { type GoContext, runGo } from "./run-go.js";

/** Directory of the copy that holds what gotrace adds; the underscore keeps it out of `./...`. */
const addedDirectory = "_gotrace";

/** A finished copy. */
export interface ModuleCopy {
  /** Root of the copy. */
  readonly root: string;
  /** Maps a path of the original to its path in the copy; undefined if it was not copied. */
  readonly locate: (path: string) => string | undefined;
}

interface Replace {
  Old: { Path: string; Version?: string };
  New: { Path: string; Version?: string };
}

/**
 * Copies the current module (or every module of the workspace) into `target`, and the runtime module with it.
 * @param runtime directory of the runtime module
 * @param target a directory that does not exist or is empty
 * @throws UserError if go cannot edit the copied go.mod or go.work
 */
export async function copyModule(
  go: GoContext,
  environment: GoEnvironment,
  runtime: string,
  target: string,
): Promise<ModuleCopy> {
  return environment.goWork
    ? copyWorkspace(go, environment.goWork, runtime, target)
    : copySingle(go, dirname(environment.goMod), runtime, target);
}

async function copySingle(go: GoContext, root: string, runtime: string, target: string): Promise<ModuleCopy> {
  copyTree(root, target, target);
  copyTree(runtime, join(target, addedDirectory, "rt"), target);
  const adopted = await adoptReplacements(go, ["mod"], root, target);
  const edits = [
    `-require=${runtimeModule}@v0.0.0`,
    `-replace=${runtimeModule}=./${addedDirectory}/rt`,
    ...adopted.map(({ edit }) => edit),
  ];
  await edit(go, ["mod", "edit", ...edits, join(target, "go.mod")]);
  moveInVendor(join(target, "vendor"), adopted);
  addToVendor(join(target, "vendor"), runtime, `./${addedDirectory}/rt`);
  return { root: target, locate: locator([...placesOf(adopted, target), [root, target]]) };
}

/** Where the replacements were copied to: original directories and those of the copy. */
function placesOf(adopted: readonly Adopted[], target: string): [from: string, to: string][] {
  return adopted.map(({ path, to }) => [path, join(target, to)]);
}

/** Maps paths below one of the directories to the other; earlier pairs come first. */
function locator(places: readonly (readonly [from: string, to: string])[]): ModuleCopy["locate"] {
  return (path) => {
    for (const [from, to] of places) {
      const found = inside(from, path, to);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

async function copyWorkspace(go: GoContext, workFile: string, runtime: string, target: string): Promise<ModuleCopy> {
  const root = dirname(workFile);
  const uses = await usedModules(go, workFile);
  const outside = uses.filter((use) => inside(root, use.path, target) === undefined);
  const places = new Map<string, string>();
  copyTree(root, target, target);
  copyTree(runtime, join(target, addedDirectory, "rt"), target);
  const adopted = await adoptReplacements(go, ["work"], root, target, workFile);
  const edits = [`-use=./${addedDirectory}/rt`, ...adopted.map(({ edit }) => edit)];
  for (const [index, use] of outside.entries()) {
    const place = `${addedDirectory}/use/${index}-${basename(use.path)}`;
    copyTree(use.path, join(target, place), target);
    places.set(use.path, join(target, place));
    edits.push(`-dropuse=${use.written}`, `-use=./${place}`);
  }
  await edit(go, ["work", "edit", ...edits, join(target, "go.work")]);
  moveInVendor(join(target, "vendor"), adopted);
  return { root: target, locate: locator([...places, ...placesOf(adopted, target), [root, target]]) };
}

/** The modules of a workspace: directories as go.work writes them, and their absolute paths. */
export async function usedModules(go: GoContext, workFile: string): Promise<{ written: string; path: string }[]> {
  const work = await readJson<{ Use?: { DiskPath: string }[] }>(go, ["work", "edit", "-json", workFile]);
  return (work.Use ?? []).map((use) => ({ written: use.DiskPath, path: resolve(dirname(workFile), use.DiskPath) }));
}

/** A replacement that was copied. */
interface Adopted {
  /** A flag for `go mod edit` and `go work edit`. */
  readonly edit: string;
  readonly module: string;
  /** Its directory, absolute. */
  readonly path: string;
  /** Its directory as the directive named it, and as the copy's directive names it. */
  readonly from: string;
  readonly to: string;
}

/** Copies the directories that relative or absolute `replace` directives point to. */
async function adoptReplacements(
  go: GoContext,
  verb: readonly string[],
  root: string,
  target: string,
  file = join(root, "go.mod"),
): Promise<Adopted[]> {
  const parsed = await readJson<{ Replace?: Replace[] }>(go, [...verb, "edit", "-json", file]);
  const adopted: Adopted[] = [];
  for (const [index, { Old, New }] of (parsed.Replace ?? []).entries()) {
    if (New.Version || !/^(\.{1,2}([\\/]|$)|[\\/]|[A-Za-z]:)/.test(New.Path)) continue;
    const path = isAbsolute(New.Path) ? New.Path : resolve(root, New.Path);
    if (!isAbsolute(New.Path) && inside(root, path, target) !== undefined) continue;
    const place = `${addedDirectory}/replace/${index}-${basename(path)}`;
    copyTree(path, join(target, place), target);
    const version = Old.Version ? `@${Old.Version}` : "";
    const to = `./${place}`;
    adopted.push({ edit: `-replace=${Old.Path}${version}=${to}`, module: Old.Path, path, from: New.Path, to });
  }
  return adopted;
}

/** Updates the directories of replacements in vendor/modules.txt, which go compares with go.mod. */
function moveInVendor(vendor: string, adopted: readonly Adopted[]): void {
  const list = join(vendor, "modules.txt");
  if (adopted.length === 0 || !existsSync(list)) return;
  const moved = readFileSync(list, "utf8").replace(/^(# (\S+)(?: v\S+)? => )(.+)$/gm, (line, head, module, from) => {
    const found = adopted.find((entry) => entry.module === module && entry.from === from);
    return found ? `${head}${found.to}` : line;
  });
  writeFileSync(list, moved);
}

/** Adds the runtime to a module's vendor directory, as `go mod vendor` would. (A workspace does not vendor its own modules.) */
function addToVendor(vendor: string, runtime: string, replacement: string): void {
  const list = join(vendor, "modules.txt");
  if (!existsSync(list)) return;
  const goLine = /^go (\S+)/m.exec(readFileSync(join(runtime, "go.mod"), "utf8"))?.[1];
  const version = goLine ? `; go ${goLine}` : "";
  const text = readFileSync(list, "utf8").replace(/\n?$/, "\n");
  const arrow = ` => ${replacement}`;
  const entry = `# ${runtimeModule} v0.0.0${arrow}\n## explicit${version}\n${runtimeModule}\n${systemPackage}\n`;
  writeFileSync(list, `${text}${entry}# ${runtimeModule}${arrow}\n`);
  const place = join(vendor, ...runtimeModule.split("/"));
  mkdirSync(place, { recursive: true });
  copyTree(runtime, place, place);
}

/** Copies a tree except for version control directories and `except`, and preserves modes, times and links. */
function copyTree(from: string, to: string, except: string): void {
  copyEntries(realpathSync(from), to, realpathSync(except));
}

/** Copies directories that contain `except` entry by entry: cpSync refuses to copy a directory into itself, even if filtered. */
function copyEntries(from: string, to: string, except: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    const path = join(from, name);
    if (!isCopied(path, except)) continue;
    if (inside(path, except, path) !== undefined) copyEntries(path, join(to, name), except);
    else {
      cpSync(path, join(to, name), {
        recursive: true,
        verbatimSymlinks: true,
        preserveTimestamps: true,
        filter: (path) => isCopied(path, except),
      });
    }
  }
}

function isCopied(path: string, except: string): boolean {
  const name = basename(path);
  if (name === ".git" || name === ".hg" || name === ".svn" || path === except) return false;
  const kind = lstatSync(path);
  return kind.isFile() || kind.isDirectory() || kind.isSymbolicLink();
}

function inside(root: string, path: string, moved: string): string | undefined {
  const way = relative(root, path);
  return way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : join(moved, way);
}

async function readJson<T>(go: GoContext, args: readonly string[]): Promise<T> {
  return JSON.parse(await edit(go, args)) as T;
}

async function edit(go: GoContext, args: readonly string[]): Promise<string> {
  const result = await runGo(go, args);
  if (result.code === 0) return result.stdout;
  throw new UserError(
    `go ${args.slice(0, 2).join(" ")} failed: ${result.stderr.trim().split("\n")[0]}`,
    "fix the go.mod or go.work file that it names",
    ExitCode.data,
  );
}
