/**
 * Files that a build adds to packages. They declare the site tables of rewritten files and import runtime-go's package sys.
 *
 * A site table is a variable, `var __gotrace_x [N]__gotrace.Site`. The compiler orders the initialisation of package-level
 * variables by what their initialisers refer to, functions included. A table at the end of its file would delay every
 * variable whose initialiser calls a hooked function, and the program would initialise in another order than untraced. So
 * the tables are declared in a separate file that sorts before all others: variables that are ready first delay nothing.
 *
 * Packages are ordered by their imports, so the runtime package imports nothing that must be initialised. What it needs
 * from package runtime is in package sys, which programs and packages of tests import in its place: they come last, or
 * wait for package testing.
 */

import { basename, dirname, join } from "node:path";
import { runtimeModule, systemPackage } from "../gotool/link-runtime.js";
import { type GoPackage, isFilesPackage } from "../gotool/packages.js";
import type { FileHead, SiteTable } from "../instrument/index.js";
import { tableDeclaration } from "../instrument/snippets.js";

/** The text of a rewritten file with its table declared at its end; in programs and tests it also imports package sys. */
export function withOwnTable({ file, text, table, head }: Tabled): string {
  const isLinked = head.packageName === "main" || isTest(file);
  const more = isLinked ? `; import _ ${JSON.stringify(systemPackage)}` : "";
  const { importEnd } = head;
  return `${text.slice(0, importEnd)}${more}${text.slice(importEnd)}\nvar ${tableDeclaration(table)}\n`;
}

/** A file that a build adds to a package. */
export interface AddedFile {
  readonly text: string;
  /** Whether it belongs to a package of files that the user named, so that go must be given its name as well. */
  readonly named: boolean;
}

/**
 * The files to add to a build's packages, for an overlay: path, where no file exists on disk → file.
 * @param packages the packages to which files can be added
 * @param tableOf the table of a file; undefined if its original form is compiled
 * @param namesIn names of files in a directory
 */
export function tableFiles(
  packages: readonly GoPackage[],
  tableOf: (file: string) => SiteTable | undefined,
  namesIn: (directory: string) => readonly string[],
): Map<string, AddedFile> {
  const declared = packages.flatMap((entry) => {
    const { files, name, importPath, dir } = entry;
    const named = isFilesPackage(entry);
    const stem = stemFor(namesIn(dir), named);
    const external = name.endsWith("_test") && importPath.endsWith("_test");
    const own = { constraints: named ? "//go:build ignore" : "", packageName: name, named };
    const declarations = files.flatMap((file): Declaration[] => {
      const table = tableOf(file);
      return table ? [{ ...own, path: addedPath(file, stem, external), table }] : [];
    });
    // If no file is rewritten, the import still needs a file.
    const last = files.findLast(isTest) ?? (name === "main" ? files[0] : undefined);
    return last && !declarations.some(({ path }) => name === "main" || isTest(path))
      ? [...declarations, { ...own, path: addedPath(last, stem, external) }]
      : declarations;
  });
  return declare(declared);
}

/** A file to add, and the table that it declares. */
interface Declaration {
  readonly path: string;
  /** Build constraints, as lines. */
  readonly constraints: string;
  readonly packageName: string;
  readonly named: boolean;
  readonly table?: SiteTable;
}

/** A rewritten file without its table. */
export interface Tabled {
  readonly file: string;
  readonly text: string;
  readonly table: SiteTable;
  readonly head: FileHead;
}

/**
 * The files that declare tables in a copy on disk, which is built for any system: path → text. A file with build
 * constraints, in its text or its name, gets a table file with the same constraints. Files that belong to no package get
 * none, because they are run by name: those with the tag `ignore`, and those whose package is not that of their directory.
 * Programs and tests import package sys even if none of their files is rewritten.
 * @param packageNames directory → name of its package
 * @param packages the packages of the copy
 * @param namesIn names of files in a directory
 * @returns the files, and which of `files` have their table declared in one
 */
export function tableFilesOnDisk(
  files: readonly Tabled[],
  packageNames: ReadonlyMap<string, string>,
  packages: readonly GoPackage[],
  namesIn: (directory: string) => readonly string[],
): { readonly texts: Map<string, string>; readonly declared: ReadonlySet<string> } {
  const declared = new Set<string>();
  const declarations = files.flatMap(({ file, table, head: { packageName, constraints } }): Declaration[] => {
    const own = packageNames.get(dirname(file));
    if (packageName === "" || own === undefined) return [];
    const external = isTest(file) && packageName === `${own}_test`;
    if ((packageName !== own && !external) || /\bignore\b/.test(constraints)) return [];
    declared.add(file);
    const stem = stemFor(namesIn(dirname(file)), false);
    const path =
      constraints !== "" || systemSuffix.test(file)
        ? join(dirname(file), `${stem}_${basename(file)}`)
        : addedPath(file, stem, external);
    return [{ path, constraints, packageName, table, named: false }];
  });
  const texts = new Map([...declare(declarations)].map(([path, { text }]) => [path, text]));
  const importers = new Set([...texts.keys()].map((path) => `${dirname(path)} ${isTest(path)}`));
  for (const [path, { text }] of tableFiles(packages, () => undefined, namesIn)) {
    if (!importers.has(`${dirname(path)} ${isTest(path)}`)) texts.set(path, text);
  }
  return { texts, declared };
}

/** Matches names of files for one system or processor. From Go's internal/syslist, which keeps retired names and rarely grows. */
const systemSuffix =
  /_(aix|android|darwin|dragonfly|freebsd|hurd|illumos|ios|js|linux|nacl|netbsd|openbsd|plan9|solaris|wasip1|windows|zos|386|amd64|amd64p32|arm|armbe|arm64|arm64be|loong64|mips|mipsle|mips64|mips64le|mips64p32|mips64p32le|ppc|ppc64|ppc64le|riscv|riscv64|s390|s390x|sparc|sparc64|wasm)(_test)?\.go$/;

const isTest = (path: string) => path.endsWith("_test.go");

function addedPath(file: string, stem: string, external: boolean): string {
  const name = !isTest(file) ? "" : external ? "_x_test" : "_test";
  return join(dirname(file), `${stem}${name}.go`);
}

/**
 * The beginning of an unused file name that sorts before all Go files of a directory. It consists of zeros, because Go
 * accepts no file name whose first character sorts before the digits. Files that the user named are a package of their own,
 * so their table file must not have the name of the one for the directory's package.
 */
function stemFor(names: readonly string[], named: boolean): string {
  const goFiles = names.filter((name) => name.endsWith(".go"));
  const longest = Math.max(0, ...goFiles.map((name) => name.length));
  let stem = named ? "0000gotrace_files" : "0000gotrace";
  while (stem.length <= longest + 12 && goFiles.some((name) => name <= stem || name.startsWith(stem)))
    stem = `0${stem}`;
  return stem;
}

function declare(declarations: readonly Declaration[]): Map<string, AddedFile> {
  const groups = new Map<string, Declaration[]>();
  for (const entry of declarations) groups.set(entry.path, [...(groups.get(entry.path) ?? []), entry]);
  return new Map([...groups].map(([path, group]) => [path, { text: fileOf(path, group), named: group[0].named }]));
}

function fileOf(path: string, group: readonly Declaration[]): string {
  const { constraints, packageName } = group[0];
  // A file may be in a package and in its test variant, and then has two declarations.
  const tables = new Map(group.flatMap(({ table }) => (table ? [[table.name, table] as const] : [])));
  const [first] = tables.values();
  const imports = [
    ...(first ? [`import ${first.importName} ${JSON.stringify(runtimeModule)}\n`] : []),
    ...(packageName === "main" || isTest(path) ? [`import _ ${JSON.stringify(systemPackage)}\n`] : []),
  ];
  const lines = [...tables.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((table) => `\t${tableDeclaration(table)}\n`);
  const head = `// Code generated by gotrace. DO NOT EDIT.\n\n${constraints ? `${constraints}\n\n` : ""}`;
  const declared = lines.length > 0 ? `\nvar (\n${lines.join("")})\n` : "";
  return `${head}package ${packageName}\n\n${imports.join("")}${declared}`;
}
