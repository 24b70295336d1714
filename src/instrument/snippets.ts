/** The Go text that is inserted, and the site table that it refers to. */

/** Default name of the import, for packages that do not contain it. */
export const importName = "__gotrace";

/** The inserted texts for one file. */
export interface Snippets {
  readonly afterPackage: string;
  /** @param test name of the function's parameter of type `*testing.T`, `B` or `F`, if it has one */
  readonly afterBrace: (site: number, test?: string) => string;
  readonly beforeGo: (site: number) => string;
  readonly afterGo: string;
  readonly beforeTimer: (site: number) => string;
  readonly afterTimer: string;
  /** @param variable gets the path of the snapshot; "" for a snapshot by the rules of triggers */
  readonly dump: (variable: string) => string;
}

/** The inserted texts for a file. @param name name of the import @param runtimePath import path of the runtime package */
export function snippets(name: string, path: string, runtimePath: string): Snippets {
  const variable = tableName(name, path);
  return {
    afterPackage: `; import ${name} ${JSON.stringify(runtimePath)}`,
    afterBrace: (site, test) =>
      test === undefined
        ? `defer ${name}.Enter(&${variable}[${site}])();`
        : `defer ${name}.EnterTest(&${variable}[${site}], ${test})();`,
    beforeGo: (site) => `${name}.Spawn(&${variable}[${site}]); `,
    afterGo: `; ${name}.Spawned()`,
    beforeTimer: (site) => `${name}.After(&${variable}[${site}], `,
    afterTimer: `, ${name}.End)`,
    dump: (variable) => (variable === "" ? `${name}.Dump(); ` : `${variable} = ${name}.DumpNow(); `),
  };
}

/** The variable that holds a file's sites. Rewritten text refers to it; the build declares it. */
export interface SiteTable {
  readonly name: string;
  readonly size: number;
  /** Name of the runtime's import in this file. */
  readonly importName: string;
}

/** The declaration of a site table, without `var`. */
export function tableDeclaration({ name, size, importName }: SiteTable): string {
  return `${name} [${size}]${importName}.Site`;
}

/**
 * The name of a file's site table: unique in its package, the same on every machine. The readable part is for people; the
 * hash distinguishes `a-b.go` from `a_b.go`.
 *
 * @param name name of the import @param path only its last element counts
 */
export function tableName(name: string, path: string): string {
  const base = path.replace(/^.*[/\\]/, "").replace(/\.go$/, "");
  const readable = base.replace(/[^A-Za-z0-9]+/g, "_").slice(0, 24);
  return `${name}_${readable}_${fnv1a(base)}`;
}

/** 64-bit FNV-1a of a text's UTF-8 bytes, as 16 hexadecimal digits. */
function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
