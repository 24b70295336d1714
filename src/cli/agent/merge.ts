/** Brings the stretches of one file of the agent's package up to date, and leaves everything else as it is. */
import { diffLines } from "./diff.js";
import { endOf, type Piece, type Stretch, separator, stretch, stretchesOf, sumOf, textOf } from "./marks.js";
import { type PackageNames, rendered, unrendered } from "./names.js";

/** Something that an update does, or would have to overwrite. */
export interface Change {
  readonly file: string;
  /** 1-based; undefined if it concerns the whole file. */
  readonly line?: number;
  readonly what: string;
  readonly diff?: readonly string[];
}

/** What an update leads to. */
export interface Outcome {
  readonly changes: Change[];
  /** What stands in the way of the update. */
  readonly conflicts: Change[];
  /** What the user may want to know. */
  readonly notes: Change[];
}

/** How to update. */
export interface Settings {
  readonly names: PackageNames;
  /** Overwrite stretches that the user changed. */
  readonly force: boolean;
}

/** A stretch of the template, as it is written into the user's package. */
function fresh(one: Stretch, names: PackageNames, style = one.style, line = one.line): Stretch {
  return stretch(
    one.name,
    sumOf(one.lines),
    one.lines.map((text) => rendered(text, names)),
    style,
    line,
  );
}

/** A file of the template, as it is written when the user has no such file. */
export function freshFile(pieces: readonly Piece[], names: PackageNames): Piece[] {
  return pieces.map((piece) => (typeof piece === "string" ? renderedText(piece, names) : fresh(piece, names)));
}

/** The user's part of a file, as it is written once. Its comments call the package by its name. */
function renderedText(text: string, names: PackageNames): string {
  const inComments = (line: string) =>
    line.startsWith("//") ? line.replace(/\btraceagent(?=\.[A-Z])/g, names.packageName) : line;
  return text
    .split("\n")
    .map((line) => inComments(rendered(line, names)))
    .join("\n");
}

/**
 * Updates a file.
 * @param template the pieces of the template's file; undefined if it has none of that name any more
 * @param pieces those of the user's file
 * @param known the stretches that gotrace wrote into it before; undefined if it is not known
 * @param outcome what happens is added to it
 * @returns the new pieces
 */
export function merge(
  file: string,
  template: readonly Piece[],
  pieces: readonly Piece[],
  known: readonly string[] | undefined,
  settings: Settings,
  outcome: Outcome,
): Piece[] {
  const wanted = new Map(stretchesOf(template).map((one) => [one.name, one]));
  const merged = pieces.flatMap((piece): Piece[] => {
    if (typeof piece === "string") return [piece];
    const one = wanted.get(piece.name);
    if (one) return [updated(file, piece, one, settings, outcome)];
    const ours = piece.sum !== undefined || known?.includes(piece.name);
    return ours && dropped(file, piece, settings, outcome) ? [] : [piece];
  });
  const present = new Set(stretchesOf(pieces).map(({ name }) => name));
  // Without any of its marks the file is the user's.
  if (known !== undefined && known.length > 0 && !known.some((name) => present.has(name))) return merged;
  const added = [...wanted.values()].filter(({ name }) => !present.has(name) && !known?.includes(name));
  for (const one of added) {
    insert(merged, one, [...wanted.keys()], settings.names);
    outcome.changes.push({ file, what: `'${one.name}' is added` });
  }
  return merged;
}

/** A stretch of the user's file after the update. */
function updated(file: string, old: Stretch, one: Stretch, { names, force }: Settings, outcome: Outcome): Stretch {
  const next = fresh(one, names, old.style, old.line);
  const lines = old.lines.map((line) => unrendered(line, names));
  const sum = sumOf(lines);
  if (sum === next.sum) {
    if (old.sum === sum) return old;
    outcome.changes.push({ file, line: old.line, what: `'${old.name}' gets its sum` });
    return next;
  }
  const change = { file, line: old.line };
  if (sum === old.sum) {
    outcome.changes.push({ ...change, what: `'${old.name}' is updated` });
    return next;
  }
  const diff = diffLines(old.lines, next.lines);
  if (force) {
    outcome.changes.push({ ...change, diff, what: `'${old.name}' is overwritten, with your changes` });
    return next;
  }
  if (old.sum === next.sum) outcome.notes.push({ file, line: old.line, what: `'${old.name}' is as you changed it` });
  else {
    const what = `you changed '${old.name}', and this version of gotrace has a new one (to keep yours, write sha256=${next.sum} into its mark)`;
    outcome.conflicts.push({ ...change, diff, what });
  }
  return old;
}

/** Whether a stretch that gotrace no longer has is taken out. */
function dropped(file: string, old: Stretch, { names, force }: Settings, outcome: Outcome): boolean {
  const change = { file, line: old.line };
  const intact = old.sum === sumOf(old.lines.map((line) => unrendered(line, names)));
  if (intact || force) {
    const diff = intact ? [] : diffLines(old.lines, []);
    outcome.changes.push({ ...change, diff, what: `'${old.name}' is taken out: gotrace no longer has it` });
    return true;
  }
  const what = `you changed '${old.name}', which this version of gotrace no longer has (to keep it, remove its marks)`;
  outcome.conflicts.push({ ...change, what });
  return false;
}

/** Puts a stretch where it is in the template: after the one before it there, or else before the one after it, or at the end. */
function insert(pieces: Piece[], one: Stretch, order: readonly string[], names: PackageNames): void {
  const place = order.indexOf(one.name);
  const find = (name: string) => pieces.findIndex((piece) => typeof piece !== "string" && piece.name === name);
  const before = order
    .slice(0, place)
    .map(find)
    .filter((index) => index >= 0)
    .at(-1);
  const after = order
    .slice(place + 1)
    .map(find)
    .find((index) => index >= 0);
  const at = before !== undefined ? before + 1 : (after ?? pieces.length);
  const end = endOf(pieces);
  const written = fresh(one, names, { indent: "", end });
  const gap = separator(pieces.slice(0, at), end);
  const follows = textOf(pieces.slice(at));
  const parts: Piece[] = [written];
  if (before !== undefined || after === undefined) parts.unshift(gap);
  if (follows !== "" && !/^\r?\n/.test(follows)) parts.push(end);
  pieces.splice(at, 0, ...parts.filter((part) => part !== ""));
}
