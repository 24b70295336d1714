/** Writes tables as text; shared by CSV and NDJSON. */
import { TextWriter, utf8 } from "../../base/text-writer.js";
import { type Document, piecesOf, whenFull } from "../pieces.js";
import type { Column, PartColumn, Row, Table } from "./columns.js";

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
  const hidden = yield* piecesOf(table.rows(emit), whenFull(out));
  if (out.size > 0) yield out.take();
  return hidden;
}

function cellsOf({ columns, clockOf }: Table<Row>, format: TextFormat): Cell[] {
  const cells: Cell[] = [];
  for (let index = 0; index < columns.length; ) {
    const column = columns[index];
    const head = format.head(column.name, index);
    if (column.kind === "part") {
      const heads: string[] = [];
      for (let next: Column<Row> | undefined = column; next?.kind === "part" && next.of === column.of; ) {
        heads.push(format.head(next.name, index));
        next = columns[++index];
      }
      cells.push(partsCell(column.of, heads, format));
      continue;
    }
    if (column.kind !== "lookup") {
      cells.push(cellOf(column, head, clockOf, format));
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

/** Writes numbers most of which are 0: each run of zeros is one piece of text. */
function partsCell(of: PartColumn<Row>["of"], heads: readonly string[], format: TextFormat): Cell {
  const before = heads.map(utf8);
  const missing = utf8(heads.map((head) => head + format.missing).join(""));
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
    const parts = of(row);
    if (parts === undefined) {
      out.fragment(missing);
      return;
    }
    let zero = 0;
    for (let index = 0; index < heads.length; index++) {
      if (parts[index] === 0) continue;
      if (zero < index) out.fragment(runs[zero][index]);
      zero = index + 1;
      out.fragment(before[index]);
      out.integer(parts[index]);
    }
    if (zero < heads.length) out.fragment(runs[zero][heads.length]);
  };
}

function cellOf(
  { of, kind }: Exclude<Column<Row>, { kind: "lookup" | "part" }>,
  head: string,
  clockOf: Table<Row>["clockOf"],
  format: TextFormat,
): Cell {
  if (kind === "time") {
    const [before, after] = [utf8(head + format.quote), utf8(format.quote)];
    return (row, out) => {
      out.fragment(before);
      clockOf(row.process).date3339(of(row), out);
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
