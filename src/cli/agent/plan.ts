/** Plans what `gotrace agent` writes: from the template and the files that are there, without touching the disk. */
import { missingConstants } from "./constants.js";
import { DamagedMarks, endOf, type Piece, piecesOf, separator, stretchesOf, textOf } from "./marks.js";
import { freshFile, merge, type Outcome, type Settings } from "./merge.js";
import { laterVersion, RECORD_FILE, type Record, readRecord, withRecord } from "./record.js";

/** Files of a directory, name → text. */
export type Files = ReadonlyMap<string, string>;

/** What an update does. */
export interface Plan extends Outcome {
  /** Name → new text, or undefined to remove the file; in this order. Empty if all is up to date. */
  readonly writes: ReadonlyMap<string, string | undefined>;
}

/** Whether the Go files of a directory are a package that gotrace wrote. */
export function isAgent(files: Files): boolean {
  return [...files.values()].some((text) => /^[ \t]*\/\/ ?gotrace:begin /m.test(text));
}

/**
 * Plans the update, or the first writing if there are no files yet.
 * @param template the template's files
 * @param files the Go files of the user's package
 * @param version gotrace's, for the list in doc.go
 */
export function plan(template: Files, files: Files, version: string, settings: Settings): Plan {
  const outcome: Outcome = { changes: [], conflicts: [], notes: [] };
  const wanted = new Map([...template].map(([name, text]) => [name, piecesOf(text)]));
  const parsed = new Map<string, Piece[]>();
  for (const [file, text] of files) parse(file, text, parsed, outcome);
  const record = recordOf(parsed, files, settings, outcome);
  if (outcome.conflicts.length > 0) return { ...outcome, writes: new Map() };

  const next = new Map<string, Piece[] | undefined>();
  for (const [file, pieces] of wanted) {
    const old = parsed.get(file);
    const known = record?.get(file);
    if (old && known === undefined && stretchesOf(old).length === 0) {
      const same = textOf(old) === textOf(freshFile(pieces, settings.names));
      if (record === undefined || same) next.set(file, old);
      else outcome.conflicts.push({ file, what: "a file of yours has the name of one of gotrace's: rename yours" });
    } else if (old) next.set(file, merge(file, pieces, old, known, settings, outcome));
    else if (known === undefined) {
      outcome.changes.push({ file, what: "is added" });
      next.set(file, freshFile(pieces, settings.names));
    } else outcome.notes.push({ file, what: "stays deleted" });
  }
  for (const [file, old] of parsed) {
    if (!wanted.has(file)) abandon(file, old, record?.get(file), settings, outcome, next);
  }
  addConstants(wanted, next, files, outcome);
  const writes = writesOf(next, files, recordFor(wanted), version);
  if (writes.size > 0 && outcome.changes.length === 0) {
    outcome.changes.push({ file: RECORD_FILE, what: "the list of files is updated" });
  }
  const later = laterVersion(parsed.get(RECORD_FILE) ?? [], version);
  if (writes.size > 0 && later !== undefined && !settings.force) {
    const what = `gotrace ${later} wrote the package, and this is ${version}, which would undo what is new: update gotrace`;
    outcome.conflicts.push({ file: RECORD_FILE, what });
  }
  return { ...outcome, writes };
}

function parse(file: string, text: string, parsed: Map<string, Piece[]>, { conflicts }: Outcome): void {
  try {
    parsed.set(file, piecesOf(text));
  } catch (error) {
    if (!(error instanceof DamagedMarks)) throw error;
    conflicts.push({ file, line: error.line, what: `the marks of gotrace are damaged: ${error.message}` });
  }
}

/** The list in doc.go. Undefined before the first writing. */
function recordOf(
  parsed: ReadonlyMap<string, readonly Piece[]>,
  files: Files,
  { force }: Settings,
  { conflicts }: Outcome,
): Record | undefined {
  const record = readRecord(parsed.get(RECORD_FILE) ?? []);
  if (record === undefined && files.size > 0 && !force) {
    const what = "the list of what gotrace wrote is missing; without it, files that you deleted would come back";
    conflicts.push({ file: RECORD_FILE, what });
  }
  return record;
}

/** The list for the files of the template. */
function recordFor(wanted: ReadonlyMap<string, readonly Piece[]>): Record {
  const names = [...wanted.keys()].sort();
  return new Map(names.map((file) => [file, stretchesOf(wanted.get(file)!).map(({ name }) => name)]));
}

/** A file that the template does not have: the user's own, or one that gotrace no longer has. */
function abandon(
  file: string,
  old: readonly Piece[],
  known: readonly string[] | undefined,
  settings: Settings,
  outcome: Outcome,
  next: Map<string, Piece[] | undefined>,
): void {
  if (known === undefined) {
    const [first] = stretchesOf(old);
    if (first)
      outcome.notes.push({ file, line: first.line, what: "is not a file of gotrace's; its marks are left alone" });
    return;
  }
  const rest = merge(file, [], old, known, settings, outcome);
  if (stretchesOf(rest).length === 0 && isEmpty(textOf(rest))) {
    outcome.changes.push({ file, what: "is removed: gotrace no longer has it" });
    next.set(file, undefined);
  } else {
    outcome.notes.push({ file, what: "is no longer a file of gotrace's; what you wrote into it stays" });
    next.set(file, rest);
  }
}

/** Adds the constants that the code needs to files that have no marks, at their ends. */
function addConstants(
  wanted: ReadonlyMap<string, readonly Piece[]>,
  next: Map<string, Piece[] | undefined>,
  files: Files,
  { changes, notes }: Outcome,
): void {
  const texts = [...new Map<string, string | undefined>([...files, ...textsOf(next)]).values()];
  for (const [file, template] of wanted) {
    if (stretchesOf(template).length > 0) continue;
    const missing = missingConstants(
      textOf(template),
      texts.filter((text) => text !== undefined),
    );
    const pieces = next.get(file);
    for (const { name, declaration } of missing) {
      if (pieces) {
        const end = endOf(pieces);
        pieces.push(`${separator(pieces, end)}${declaration}${end}`);
        changes.push({ file, what: `'${name}' is added: the code needs it` });
      } else notes.push({ file, what: `stays deleted, and the code needs: ${declaration}` });
    }
  }
}

function textsOf(next: ReadonlyMap<string, readonly Piece[] | undefined>): [string, string | undefined][] {
  return [...next].map(([file, pieces]) => [file, pieces && textOf(pieces)]);
}

/** Whether a file holds no code: only comments, a package clause, empty lines. */
function isEmpty(text: string): boolean {
  return text.split("\n").every((line) => /^\s*(\/\/.*|package \w+)?\s*$/.test(line));
}

/** The files that change. The list is written only along with something else, so that a new version alone changes nothing. */
function writesOf(
  next: ReadonlyMap<string, Piece[] | undefined>,
  files: Files,
  record: Record,
  version: string,
): Map<string, string | undefined> {
  const writes = new Map<string, string | undefined>();
  for (const [file, text] of textsOf(next)) if (text !== files.get(file)) writes.set(file, text);
  const doc = next.get(RECORD_FILE);
  if (doc === undefined) return writes;
  const old = readRecord(doc);
  if (writes.size > 0 || !sameRecord(old, record)) {
    // The last one: if gotrace is killed before, the next update still knows what is to be done.
    writes.delete(RECORD_FILE);
    writes.set(RECORD_FILE, textOf(withRecord(doc, record, version)));
  }
  return writes;
}

function sameRecord(a: Record | undefined, b: Record): boolean {
  return a?.size === b.size && [...b].every(([file, names]) => a.get(file)?.join(" ") === names.join(" "));
}
