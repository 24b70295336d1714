/**
 * Site tables. A rewritten file ends in `var __gotrace_x [N]__gotrace.Site`, a variable for the compiler, which orders the
 * initialisation of package-level variables by what their functions refer to. Declared last, it would hold back every
 * variable whose initialiser calls a hooked function, and the program would initialise in another order than untraced. So
 * a build takes the tables out and declares them in a file of their own, whose name comes before all others: variables
 * that are ready first hold back nothing.
 */

import { basename, dirname, join } from "node:path";
import { runtimeModule } from "../gotool/join.js";
import type { GoPackage } from "../gotool/packages.js";

/** The table of one file. */
export interface SiteTable {
  readonly name: string;
  readonly size: number;
}

const atEnd = /\n(?:\/\*gotrace:)?var (__gotrace_\w+) \[(\d+)\]__gotrace\.Site(?:\*\/)?\n$/;

/** Takes the table off the end of a rewritten file. */
export function splitTable(text: string): { text: string; table: SiteTable | undefined } {
  const match = atEnd.exec(text);
  if (!match) return { text, table: undefined };
  return { text: text.slice(0, match.index), table: { name: match[1]!, size: Number(match[2]) } };
}

/** The declaration of a table, as a line at the end of its file. */
export function tableLine({ name, size }: SiteTable): string {
  return `\nvar ${name} [${size}]__gotrace.Site\n`;
}

/** Files that declare the tables of a build's packages: path (nothing lies there on disk) → text. */
export function tableFiles(
  packages: readonly GoPackage[],
  tableOf: (file: string) => SiteTable | undefined,
): Map<string, string> {
  const declared = packages.flatMap(({ files, name, importPath }) =>
    files.flatMap((file): Declaration[] => {
      const table = tableOf(file);
      const external = name.endsWith("_test") && importPath.endsWith("_test");
      return table ? [{ path: tableFileName(file, external), constraints: "", packageName: name, table }] : [];
    }),
  );
  return declare(declared);
}

/** A table, and the file that is to declare it. */
interface Declaration {
  readonly path: string;
  /** Build constraints, as lines. */
  readonly constraints: string;
  readonly packageName: string;
  readonly table: SiteTable;
}

/** A rewritten file without its table. */
export interface Tabled {
  readonly file: string;
  readonly text: string;
  readonly table: SiteTable;
}

/**
 * Files that declare tables on disk, where builds for any system find them: path → text. A file with build constraints, in
 * its text or in its name, has a table file with the same constraints. Left out are files that belong to no package, because
 * they are run by their own name: those with the tag `ignore` and those whose package is not that of their directory.
 * @param packageNames directory → name of its package
 */
export function tableFilesOnDisk(
  files: readonly Tabled[],
  packageNames: ReadonlyMap<string, string>,
): { readonly texts: Map<string, string>; readonly declared: ReadonlySet<string> } {
  const declared = new Set<string>();
  const declarations = files.flatMap(({ file, text, table }): Declaration[] => {
    const clause = /\bpackage\s+([\p{L}\p{N}_]+)\s*; import __gotrace /u.exec(text);
    const own = packageNames.get(dirname(file));
    if (!clause || own === undefined) return [];
    const packageName = clause[1]!;
    const external = file.endsWith("_test.go") && packageName === `${own}_test`;
    const constraints = (text.slice(0, clause.index).match(/^\/\/(go:build| ?\+build)[ \t].*$/gm) ?? []).join("\n");
    if ((packageName !== own && !external) || /\bignore\b/.test(constraints)) return [];
    declared.add(file);
    const path =
      constraints !== "" || systemSuffix.test(file)
        ? join(dirname(file), `0000gotrace_${basename(file)}`)
        : tableFileName(file, external);
    return [{ path, constraints, packageName, table }];
  });
  return { texts: declare(declarations), declared };
}

/** Names of files that belong to one system or processor: Go's internal/syslist, which keeps retired ones and rarely grows. */
const systemSuffix =
  /_(aix|android|darwin|dragonfly|freebsd|hurd|illumos|ios|js|linux|nacl|netbsd|openbsd|plan9|solaris|wasip1|windows|zos|386|amd64|amd64p32|arm|armbe|arm64|arm64be|loong64|mips|mipsle|mips64|mips64le|mips64p32|mips64p32le|ppc|ppc64|ppc64le|riscv|riscv64|s390|s390x|sparc|sparc64|wasm)(_test)?\.go$/;

/** Go takes no file name that begins with a character before the digits. */
function tableFileName(file: string, external: boolean): string {
  const name = !file.endsWith("_test.go") ? "" : external ? "_x_test" : "_test";
  return join(dirname(file), `0000gotrace${name}.go`);
}

function declare(declarations: readonly Declaration[]): Map<string, string> {
  const groups = new Map<string, Declaration[]>();
  for (const entry of declarations) groups.set(entry.path, [...(groups.get(entry.path) ?? []), entry]);
  return new Map([...groups].map(([path, group]) => [path, fileOf(group)]));
}

function fileOf(group: readonly Declaration[]): string {
  const { constraints, packageName } = group[0]!;
  // A file may be in a package and in its test variant.
  const tables = new Map(group.map(({ table }) => [table.name, table.size]));
  const lines = [...tables].sort().map(([table, size]) => `\t${table} [${size}]__gotrace.Site\n`);
  const head = `// Code generated by gotrace. DO NOT EDIT.\n\n${constraints ? `${constraints}\n\n` : ""}`;
  return `${head}package ${packageName}\n\nimport __gotrace ${JSON.stringify(runtimeModule)}\n\nvar (\n${lines.join("")})\n`;
}
