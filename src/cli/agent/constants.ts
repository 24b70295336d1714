/**
 * Constants of files that are written once, such as limits.go. These have no marks, and updates leave them alone; but the code of a
 * later version may need constants that they do not have.
 */

/** A constant, as the template declares it. */
interface Constant {
  readonly name: string;
  /** Its declaration as a line of its own. */
  readonly declaration: string;
}

/**
 * The constants of a template's file that an updated package needs and does not have.
 * @param template the file, in which a constant stands on one line
 * @param texts the files of the package
 */
export function missingConstants(template: string, texts: readonly string[]): Constant[] {
  const words = new Set(texts.flatMap((text) => text.replace(COMMENT, "").match(/\w+/g) ?? []));
  const declared = new Set(texts.flatMap((text) => declarations(text).map((line) => /^\w+/.exec(line)?.[0])));
  return declarations(template).flatMap((line) => {
    const match = /^(\w+)(?: +([\w.]+))? += (.*?)(?: +(\/\/ .*))?$/.exec(line);
    if (!match || !words.has(match[1]) || declared.has(match[1])) return [];
    const [, name, type, value, comment] = match;
    // gofmt aligns the lines of a group, not what stands alone.
    const parts = ["const", name, type, "=", value, comment];
    return [{ name, declaration: parts.filter((part) => part !== undefined).join(" ") }];
  });
}

/** Comments to the end of a line, as gofmt writes them; a string may have an address. */
const COMMENT = /(^|\s)\/\/.*/gm;

/** The lines that declare constants and variables of the package, from the name on. */
function declarations(text: string): string[] {
  let inGroup = false;
  return text.split(/\r?\n/).flatMap((line) => {
    if (/^(const|var) \(/.test(line)) inGroup = true;
    else if (line.startsWith(")")) inGroup = false;
    return (inGroup ? /^\t(\w.*)/ : /^(?:const|var) (\w.*)/).exec(line)?.[1] ?? [];
  });
}
