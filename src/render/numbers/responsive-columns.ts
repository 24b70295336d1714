/** Tables that drop less important columns on a narrow terminal. */
import { printable } from "../../base/printable.js";
import { type Column, type ColumnStyle, columns } from "../columns.js";
import { wrap } from "../wrap.js";

/** A column with its priority. */
export interface FittingColumn extends Column {
  /** Columns with larger numbers are dropped first; a column without a number is always kept. */
  readonly dispensable?: number;
}

type Rows = Parameters<typeof columns>[1];

const GAP = 2;
/** Other columns are dropped to give a name column this width, but not more: longer names are cut. */
const NAME = 32;

/** A table, and the headings of the dropped columns. */
export function fitting(
  list: readonly FittingColumn[],
  rows: Rows,
  style: ColumnStyle,
): { readonly lines: Generator<string>; readonly dropped: readonly string[] } {
  const kept = list.map(() => true);
  if (style.width !== undefined) {
    const widths = list.map((column, i) => {
      const widest = Math.max(
        style.widthOf(column.heading),
        ...rows.map(({ cells }) => style.widthOf(printable(cells[i]))),
      );
      return GAP + (column.kind === "name" ? Math.min(NAME, widest) : widest);
    });
    const order = list.map((_, i) => i).filter((i) => list[i].dispensable !== undefined);
    order.sort((a, b) => list[b].dispensable! - list[a].dispensable!);
    for (const i of order) {
      const used = widths.reduce((sum, width, at) => sum + (kept[at] ? width : 0), -GAP);
      if (used <= style.width) break;
      kept[i] = false;
    }
  }
  const pick = <T>(items: readonly T[]) => items.filter((_, i) => kept[i]);
  const lines = columns(
    pick(list),
    rows.map((row) => ({ ...row, cells: pick(row.cells) })),
    style,
  );
  return { lines, dropped: list.filter((_, i) => !kept[i]).map(({ heading }) => heading) };
}

/** The remarks below a table, one line each, wrapped on a narrow terminal. */
export function remarks(lines: readonly string[], { paint, width, widthOf }: ColumnStyle): string {
  const shown = width === undefined ? lines : lines.flatMap((line) => wrap(line, width, widthOf));
  return shown.length === 0 ? "" : `\n${shown.map((line) => paint("dim", printable(line))).join("\n")}\n`;
}
