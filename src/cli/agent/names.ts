/**
 * The names that differ between the template of the agent's package and the package in a user's module. The sums in marks
 * are those of the template's lines, so that a package which moves, or is renamed, does not look changed.
 */

/** What the template is called. */
const TEMPLATE = { packageName: "traceagent", importPath: "gotrace.example/traceagent" };

/** The package in the user's module. */
export interface PackageNames {
  readonly packageName: string;
  readonly importPath: string;
}

/** A line of the template, as it is in the user's package. */
export function rendered(line: string, names: PackageNames): string {
  return renamed(line, TEMPLATE, names);
}

/** A line of the user's package, as it would be in the template. */
export function unrendered(line: string, names: PackageNames): string {
  return renamed(line, names, TEMPLATE);
}

/** An import of the package itself keeps the template's name for it, which the code uses. */
function renamed(line: string, from: PackageNames, to: PackageNames): string {
  const clause = /^(package |\/\/ Package )(\w+?)(_test)?(?![\w])(.*)$/s.exec(line);
  if (clause?.[2] === from.packageName) return `${clause[1]}${to.packageName}${clause[3] ?? ""}${clause[4]}`;
  const imported = /^(\s*(?:import )?)(?:(\w+) )?"([^"]*)"(\s*)$/.exec(line);
  if (imported?.[3] !== from.importPath) return line;
  const alias = imported[2] === undefined || imported[2] === TEMPLATE.packageName ? aliasFor(to) : imported[2];
  return `${imported[1]}${alias === undefined ? "" : `${alias} `}"${to.importPath}"${imported[4]}`;
}

/** What an import of a package has to name it, so that the template's code finds it. */
function aliasFor({ packageName }: PackageNames): string | undefined {
  return packageName === TEMPLATE.packageName ? undefined : TEMPLATE.packageName;
}
