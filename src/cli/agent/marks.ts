/**
 * Files of the agent's package, divided at their marks. What is between two marks is gotrace's:
 *
 *     // gotrace:begin NAME sha256=<first 16 hex digits of the stretch's lines>
 *     ...
 *     // gotrace:end NAME
 *
 * Everything else is the user's. The sum tells whether the user changed the stretch since gotrace wrote it.
 *
 * Texts here have a character for each byte (latin1): bytes that are not UTF-8 survive.
 */
import { createHash } from "node:crypto";

/** Text between two marks, with the marks. */
export interface Stretch {
  readonly name: string;
  /** The sum in the mark; undefined if it has none. */
  readonly sum: string | undefined;
  /** The lines between the marks, without their ends. */
  readonly lines: readonly string[];
  /** 1-based line of the first mark. */
  readonly line: number;
  /** All of it as it is in the file, the marks included. */
  readonly text: string;
  /** How it is written. */
  readonly style: Style;
}

/** What the lines of marks begin and end with: indentation, and `\n` or `\r\n`. */
export interface Style {
  readonly indent: string;
  readonly end: string;
}

/** A piece of a file: the user's text as it is, or a stretch. */
export type Piece = string | Stretch;

/** Marks that do not fit together. */
export class DamagedMarks extends Error {
  /** @param line 1-based */
  constructor(
    readonly line: number,
    message: string,
  ) {
    super(message);
    this.name = "DamagedMarks";
  }
}

const MARK = /^([ \t]*)\/\/ ?gotrace:(begin|end)[ \t]+(\S+)(?:[ \t]+sha256=(\S*))?[ \t]*$/;

/** Divides a file. The pieces, written one after another, are the file again. @throws DamagedMarks */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  const names = new Set<string>();
  let outside = "";
  let open: (Stretch & { readonly lines: string[]; text: string }) | undefined;
  let number = 0;
  for (const [whole] of text.matchAll(/[^\n]*\n|[^\n]+$/g)) {
    number++;
    const [line, end] = withoutEnd(whole);
    const [, indent = "", kind, name = "", sum] = MARK.exec(line) ?? [];
    if (kind === "begin") {
      if (open) throw new DamagedMarks(number, `'${name}' begins within '${open.name}'`);
      if (names.has(name)) throw new DamagedMarks(number, `'${name}' begins a second time`);
      if (outside !== "") pieces.push(outside);
      outside = "";
      names.add(name);
      open = { name, sum, lines: [], line: number, text: whole, style: { indent, end: end || "\n" } };
    } else if (kind === "end") {
      if (open?.name !== name) throw new DamagedMarks(number, `'${name}' ends where it has not begun`);
      pieces.push({ ...open, text: open.text + whole });
      open = undefined;
    } else if (open) {
      open.lines.push(line);
      open.text += whole;
    } else outside += whole;
  }
  if (open) throw new DamagedMarks(open.line, `'${open.name}' has no end`);
  if (outside !== "") pieces.push(outside);
  return pieces;
}

function withoutEnd(line: string): [line: string, end: string] {
  const end = /\r?\n$/.exec(line)?.[0] ?? "";
  return [line.slice(0, line.length - end.length), end];
}

/** The file that the pieces make. */
export function textOf(pieces: readonly Piece[]): string {
  return pieces.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("");
}

/** Writes a stretch. @param line where it will be, as far as known */
export function stretch(
  name: string,
  sum: string | undefined,
  lines: readonly string[],
  style: Style = { indent: "", end: "\n" },
  line = 0,
): Stretch {
  const { indent, end } = style;
  const begin = `${indent}// gotrace:begin ${name}${sum === undefined ? "" : ` sha256=${sum}`}`;
  const text = [begin, ...lines, `${indent}// gotrace:end ${name}`, ""].join(end);
  return { name, sum, lines, line, text, style };
}

/** The stretches among pieces. */
export function stretchesOf(pieces: readonly Piece[]): Stretch[] {
  return pieces.filter((piece) => typeof piece !== "string");
}

/** The sum of a stretch: the first 16 hex digits of the SHA-256 of its lines, each with a line feed. */
export function sumOf(lines: readonly string[]): string {
  return createHash("sha256")
    .update(lines.map((line) => `${line}\n`).join(""), "latin1")
    .digest("hex")
    .slice(0, 16);
}

/** What puts an empty line between the pieces and a stretch after them. @param end of a line */
export function separator(pieces: readonly Piece[], end: string): string {
  const text = textOf(pieces);
  return text === "" ? "" : text.endsWith("\n") ? end : end + end;
}

/** What the lines of a file end with, as its first line does. */
export function endOf(pieces: readonly Piece[]): string {
  return /^[^\n]*\r\n/.test(textOf(pieces)) ? "\r\n" : "\n";
}
