/** The Go text that is inserted, as it stands in code and as it hides in comments. */

/** Name of the import, where the package does not use it itself. */
export const importName = "__gotrace";

/** The inserted texts for one file. */
export interface Snippets {
  readonly afterPackage: string;
  /** @param test name of the parameter that is a test, where there is one */
  readonly afterBrace: (site: number, test?: string) => string;
  readonly beforeGo: (site: number) => string;
  readonly afterGo: string;
  readonly beforeTimer: (site: number) => string;
  readonly afterTimer: string;
}

/** The texts. @param name of the import @param path of the file @param runtimePath import path of the runtime package */
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
  };
}

/** The variable that holds a file's sites. Rewritten text refers to it; who compiles the text declares it. */
export interface SiteTable {
  readonly name: string;
  readonly size: number;
  /** Name of the runtime's import in this file. */
  readonly importName: string;
}

/** The declaration of a site table, behind `var`. */
export function tableDeclaration({ name, size, importName }: SiteTable): string {
  return `${name} [${size}]${importName}.Site`;
}

/**
 * Name of a file's site table: unique among the files of a package, the same on every machine. The readable part is for
 * people who look at the copy; the hash keeps `a-b.go` and `a_b.go` apart.
 *
 * @param name of the import @param path only its last element counts
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
