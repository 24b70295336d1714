/**
 * The list, at the end of doc.go, of what gotrace wrote. Without it a file that the user deleted could not be told from one
 * that a new version of gotrace brings.
 *
 *     // gotrace:begin files
 *     // gotrace 0.1.0 wrote these files, and after the colon the stretches in them. ...
 *     //
 *     //	doc.go: doc
 *     //	limits.go
 *     // gotrace:end files
 */
import { endOf, type Piece, type Stretch, separator, stretch, stretchesOf } from "./marks.js";

/** The file with the list. */
export const RECORD_FILE = "doc.go";
/** The name of the list's stretch. It has no sum: the user may take lines out. */
const RECORD = "files";

/** By file, the names of its stretches. */
export type Record = ReadonlyMap<string, readonly string[]>;

/** Whether a piece of doc.go is the list. */
function isRecord(piece: Piece): piece is Stretch {
  return typeof piece !== "string" && piece.name === RECORD && piece.sum === undefined;
}

/** Reads the list. @param pieces those of doc.go @returns undefined if they have none */
export function readRecord(pieces: readonly Piece[]): Record | undefined {
  const lines = stretchesOf(pieces).find(isRecord)?.lines;
  const entries = lines?.flatMap((line): [string, string[]][] => {
    const entry = /^\s*\/\/\s+(\w+\.go)(?::\s*(.*))?$/.exec(line);
    return entry ? [[entry[1], entry[2]?.split(/\s+/).filter(Boolean) ?? []]] : [];
  });
  return entries && new Map(entries);
}

/** Whether a later version of gotrace than this one wrote the list: then it knows more. @returns that version */
export function laterVersion(pieces: readonly Piece[], version: string): string | undefined {
  const [first = ""] = stretchesOf(pieces).find(isRecord)?.lines ?? [];
  const written = /^\s*\/\/ gotrace (\d+(?:\.\d+)*)/.exec(first)?.[1];
  return written !== undefined && compareVersions(written, version) > 0 ? written : undefined;
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map((part) => Number.parseInt(part, 10)));
  const at = left.findIndex((part, index) => part !== (right[index] ?? 0));
  return at < 0 ? 0 : left[at] - (right[at] ?? 0);
}

/** Puts the list into doc.go: where it was, or at the end. @param version gotrace's */
export function withRecord(pieces: readonly Piece[], record: Record, version: string): Piece[] {
  const lines = [
    `// gotrace ${version} wrote these files, and after the colon the stretches in them. What you delete stays deleted;`,
    "// take it out of this list as well, and 'gotrace agent' writes it again.",
    "//",
    ...[...record].map(([file, names]) => `//\t${file}${names.length > 0 ? `: ${names.join(" ")}` : ""}`),
  ];
  const old = stretchesOf(pieces).find(isRecord);
  if (old)
    return pieces.map((piece) => (piece === old ? stretch(RECORD, undefined, lines, old.style, old.line) : piece));
  const end = endOf(pieces);
  return [...pieces, separator(pieces, end), stretch(RECORD, undefined, lines, { indent: "", end })];
}
