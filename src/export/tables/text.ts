/** Writes tables as text; shared by CSV and NDJSON. */
import { TextWriter, utf8 } from "../../base/text-writer.js";
import { type Document, piecesOf, whenFull } from "../pieces.js";
import type { Column, Row, Table } from "./columns.js";

/** How a format writes values. */
export interface TextFormat {
  /** The text before the value of a column. */
  head(name: string, index: number): string;
  value(value: string | number): string;
  /** The text for a missing value. */
  readonly missing: string;
  /** The text on either side of a time. */
  readonly quote: string;
  /** The text at the end of a row. */
  readonly end: string;
}

type Cell = (row: Row, out: TextWriter) => void;

/** The rows of a table as UTF-8, in pieces of about 64 KiB. */
export function* writeTable(table: Table<Row>, format: TextFormat, title = ""): Document {
  const out = new TextWriter();
  out.fragment(utf8(title));
  const cells = cellsOf(table, format);
  const end = utf8(format.end);
  const emit = (row: Row) => {
    for (const cell of cells) cell(row, out);
    out.fragment(end);
  };
  const leftOut = yield* piecesOf(table.rows(emit), whenFull(out));
  if (out.size > 0) yield out.take();
  return leftOut;
}

function cellsOf({ columns, clocks }: Table<Row>, format: TextFormat): Cell[] {
  const cells: Cell[] = [];
  for (let index = 0; index < columns.length; ) {
    const column = columns[index];
    const head = format.head(column.name, index);
    if (isSparse(column)) {
      const following = columns.slice(index);
      const end = following.findIndex((next) => !isSparse(next));
      const run = following.slice(0, end < 0 ? following.length : end).filter(isSparse);
      cells.push(
        sparseCell(
          run,
          run.map(({ name }, at) => format.head(name, index + at)),
          format,
        ),
      );
      index += run.length;
      continue;
    }
    if (column.kind !== "lookup") {
      cells.push(cellOf(column, head, clocks, format));
      index++;
      continue;
    }
    let texts = column.values.map(() => "");
    let missing = "";
    for (let next: Column<Row> | undefined = column; next?.kind === "lookup" && next.of === column.of; ) {
      const { values } = next;
      const before = format.head(next.name, index);
      texts = texts.map((text, at) => text + before + format.value(values[at]));
      missing += before + format.missing;
      next = columns[++index];
    }
    cells.push(lookupCell(column.of, texts.map(utf8), utf8(missing)));
  }
  return cells;
}

function lookupCell(of: (row: Row) => number, texts: readonly Uint8Array[], missing: Uint8Array): Cell {
  return (row, out) => out.fragment(texts[of(row)] ?? missing);
}

type SparseColumn = Exclude<Column<Row>, { kind: "lookup" | "time" }>;

function isSparse(column: Column<Row>): column is SparseColumn {
  return column.kind !== "lookup" && column.kind !== "time" && column.sparse === true;
}

/** Writes adjacent columns; each run of zeros is one piece of text. */
function sparseCell(columns: readonly SparseColumn[], heads: readonly string[], format: TextFormat): Cell {
  const values = columns.map(({ of }) => of);
  const before = heads.map(utf8);
  const missing = heads.map((head) => utf8(head + format.missing));
  const zeros = (from: number, to: number) =>
    utf8(
      heads
        .slice(from, to)
        .map((head) => `${head}0`)
        .join(""),
    );
  /** By the first column of a run and the one after it. */
  const runs = heads.map((_, from) => [...heads, ""].map((_, to) => zeros(from, to)));
  return (row, out) => {
    let zero = 0;
    for (let index = 0; index < values.length; index++) {
      const value = values[index](row);
      if (value === 0) continue;
      if (zero < index) out.fragment(runs[zero][index]);
      zero = index + 1;
      if (Number.isNaN(value)) out.fragment(missing[index]);
      else {
        out.fragment(before[index]);
        out.integer(value);
      }
    }
    if (zero < values.length) out.fragment(runs[zero][values.length]);
  };
}

function cellOf(
  { of, kind }: Exclude<Column<Row>, { kind: "lookup" }>,
  head: string,
  clocks: Table<Row>["clocks"],
  format: TextFormat,
): Cell {
  if (kind === "time") {
    const [before, after] = [utf8(head + format.quote), utf8(format.quote)];
    return (row, out) => {
      out.fragment(before);
      clocks[row.process].date3339(of(row), out);
      out.fragment(after);
    };
  }
  const [before, missing] = [utf8(head), utf8(head + format.missing)];
  return (row, out) => {
    const value = of(row);
    if (Number.isNaN(value)) out.fragment(missing);
    else {
      out.fragment(before);
      out.integer(value);
    }
  };
}
