/** The Go text that is inserted, as it stands in code and as it hides in comments. */

/** Name of the import. */
export const importName = "__gotrace";

/** Begins every comment of the markers mode. */
export const markerStart = "/*gotrace:";

/** The inserted texts for one file. */
export interface Snippets {
  readonly afterPackage: string;
  readonly afterBrace: (site: number) => string;
  readonly beforeGo: (site: number) => string;
  readonly afterGo: string;
  readonly beforeTimer: (site: number) => string;
  readonly afterTimer: string;
  readonly atEnd: (sites: number) => string;
}

/** The texts. @param variable name of the file's site table @param runtimePath import path of the runtime package */
export function snippets(variable: string, runtimePath: string): Snippets {
  return {
    afterPackage: `; import ${importName} ${JSON.stringify(runtimePath)}`,
    afterBrace: (site) => `defer ${importName}.Exit(${importName}.Enter(&${variable}[${site}]));`,
    beforeGo: (site) => `${importName}.Spawn(&${variable}[${site}]); `,
    afterGo: `; ${importName}.Spawned()`,
    beforeTimer: (site) => `${importName}.After(&${variable}[${site}], `,
    afterTimer: `, ${importName}.End)`,
    atEnd: (sites) => `var ${variable} [${sites}]${importName}.Site`,
  };
}

/**
 * Name of a file's site table: unique among the files of a package, the same on every machine. The readable part is for
 * people who look at the copy; the hash keeps `a-b.go` and `a_b.go` apart.
 *
 * @param path only its last element counts
 */
export function tableName(path: string): string {
  const base = path.replace(/^.*[/\\]/, "").replace(/\.go$/, "");
  const readable = base.replace(/[^A-Za-z0-9]+/g, "_").slice(0, 24);
  return `${importName}_${readable}_${fnv1a(base)}`;
}

/** 64-bit FNV-1a of a text's UTF-8 bytes, as 16 hexadecimal digits. */
function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, "0");
}
