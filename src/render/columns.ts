/** Rows of text under headings, aligned; the widest kind of column, names, gives way where the terminal is narrow. */
import { printable } from "../base/printable.js";
import { type Measure, type Paint, truncateMiddle } from "./style.js";

export interface Column {
  readonly heading: string;
  /** Numbers are aligned at their right. A name is cut in its middle when the line is too long. */
  readonly kind: "number" | "name";
}

export interface ColumnStyle {
  readonly paint: Paint;
  /** Columns of the terminal; undefined where nothing should be cut. */
  readonly width: number | undefined;
  readonly widthOf: Measure;
  /** Where notes begin; by default below the last column. */
  readonly notesAt?: number;
}

const GAP = 2;
const MIN_NAME = 16;

/** Heading and rows, a line each. A row may have notes, which stand below it under its last column. */
export function* columns(
  list: readonly Column[],
  given: readonly { readonly cells: readonly string[]; readonly notes?: readonly string[] }[],
  { paint, width, widthOf, notesAt }: ColumnStyle,
): Generator<string> {
  const rows = given.map(({ cells, notes }) => ({ cells: cells.map(printable), notes: notes?.map(printable) }));
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
  for (const { cells, notes = [] } of rows) {
    yield `${cells.map(cell).join(gap).trimEnd()}\n`;
    for (const note of notes) {
      const room = width === undefined ? undefined : Math.max(MIN_NAME, width - indent);
      const shown = room === undefined ? note : truncateMiddle(note, room, widthOf);
      yield `${" ".repeat(indent)}${paint("dim", shown)}\n`;
    }
  }
}

/** Takes from the names what the line has too much, the widest name first. */
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
