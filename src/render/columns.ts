/** Lays out aligned tables: headings over rows. On a narrow terminal, name columns are cut. */
import { printable } from "../base/printable.js";
import { type Measure, type Paint, truncateMiddle } from "./style.js";

export interface Column {
  readonly heading: string;
  /** Numbers are right-aligned. Names are cut in the middle if the line is too long. */
  readonly kind: "number" | "name";
}

/** A column of numbers. */
export function number(heading: string): Column {
  return { heading, kind: "number" };
}

/** A column of names. */
export function name(heading: string): Column {
  return { heading, kind: "name" };
}

export interface ColumnStyle {
  readonly paint: Paint;
  /** Columns of the terminal; undefined to cut nothing. */
  readonly width: number | undefined;
  readonly widthOf: Measure;
  /** The column where notes begin; by default that of the last cell. */
  readonly notesAt?: number;
}

interface Line {
  readonly cells: readonly string[];
  readonly notes?: readonly string[];
  /** A command below the notes, to be copied; so it is never cut. */
  readonly command?: string | undefined;
}

const GAP = 2;
const MIN_NAME = 16;

/** Yields the heading and the rows, one line each, and below each row its notes. */
export function* columns(
  list: readonly Column[],
  given: readonly Line[],
  { paint, width, widthOf, notesAt }: ColumnStyle,
): Generator<string> {
  const rows = given.map(({ cells, notes, command }) => ({
    ...{ cells: cells.map(printable), notes: notes?.map(printable) },
    command: command === undefined ? undefined : printable(command),
  }));
  const widths = list.map((column, i) =>
    Math.max(widthOf(column.heading), ...rows.map(({ cells }) => widthOf(cells[i]))),
  );
  const last = list.length - 1;
  if (width !== undefined) shrink(list, widths, width);
  const cell = (text: string, i: number) => {
    const shown = list[i].kind === "name" && width !== undefined ? truncateMiddle(text, widths[i], widthOf) : text;
    const pad = " ".repeat(Math.max(0, widths[i] - widthOf(shown)));
    if (list[i].kind === "number") return pad + shown;
    return i === last ? shown : shown + pad;
  };
  const gap = " ".repeat(GAP);
  yield `${paint(
    "dim",
    list
      .map((column, i) => cell(column.heading, i))
      .join(gap)
      .trimEnd(),
  )}\n`;
  const indent = notesAt ?? widths.slice(0, last).reduce((sum, one) => sum + one + GAP, GAP);
  for (const { cells, notes = [], command } of rows) {
    yield `${cells.map(cell).join(gap).trimEnd()}\n`;
    for (const note of notes) {
      const room = width === undefined ? undefined : Math.max(MIN_NAME, width - indent);
      const shown = room === undefined ? note : truncateMiddle(note, room, widthOf);
      yield `${" ".repeat(indent)}${paint("dim", shown)}\n`;
    }
    if (command !== undefined) yield `${" ".repeat(indent)}${paint("dim", command)}\n`;
  }
}

/** Narrows name columns, widest first, until the line fits. */
function shrink(list: readonly Column[], widths: number[], width: number): void {
  let over = widths.reduce((sum, one) => sum + one + GAP, -GAP) - width;
  while (over > 0) {
    let widest = -1;
    for (const [i, column] of list.entries()) {
      if (column.kind === "name" && widths[i] > Math.max(MIN_NAME, widths[widest] ?? 0)) widest = i;
    }
    if (widest < 0) return;
    widths[widest]--;
    over--;
  }
}
