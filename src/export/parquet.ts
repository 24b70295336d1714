/**
 * Tables as Parquet files, written row group by row group. https://parquet.apache.org/docs/file-format/
 *
 * Strings are dictionary-encoded; numbers are delta-encoded (DELTA_BINARY_PACKED), because neighbouring rows are close
 * in time. Times are microseconds, which every reader supports; `start_ns` has the nanoseconds.
 */
import type { SchemaElement } from "hyparquet";
import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import type { Recording } from "../calltree/index.js";
import { type Document, piecesOf } from "./pieces.js";
import type { Column, PartColumn, Row, Table } from "./tables/columns.js";
import { tableOf } from "./tables/index.js";
import type { TableName } from "./tables/names.js";

export interface ParquetOptions {
  /** The table to write; calls by default. */
  readonly table?: TableName;
  /** Version of gotrace. */
  readonly version: string;
  /** Notices about completeness, for `gotrace.statements` in the file's metadata. */
  readonly notices?: readonly string[];
}

/** Rows per row group: the unit held in memory, and that readers read or skip. */
const GROUP = 1 << 17;

/** The file of a table, in pieces. Memory: that of a walk, a row group, and about 20 KiB per row group written. */
export function* renderParquet(recording: Recording, options: ParquetOptions): Document {
  const table = tableOf(recording, options.table ?? "calls");
  const bytes = new ByteWriter();
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: "schema", num_children: table.columns.length }, ...table.columns.map(schemaElement)],
    createdBy: `gotrace ${options.version}`,
    kvMetadata: [{ key: "gotrace.statements", value: JSON.stringify(options.notices ?? []) }],
  });
  const group = new RowGroup(table);
  const take = () => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };
  const full: Uint8Array[] = [];
  const emit = (row: Row) => {
    group.add(row);
    if (group.rows < GROUP) return;
    writer.write({ columnData: group.take(), rowGroupSize: GROUP });
    full.push(take());
  };
  const hidden = yield* piecesOf(table.rows(emit), () => full.splice(0));
  yield* full;
  if (group.rows > 0) writer.write({ columnData: group.take(), rowGroupSize: GROUP });
  writer.finish();
  yield take();
  return hidden;
}

function schemaElement(column: Column<Row>): SchemaElement {
  const { name } = column;
  const repetition_type = column.kind !== "time" && column.nullable ? "OPTIONAL" : "REQUIRED";
  const base = { name, repetition_type } as const;
  if (column.kind === "time") {
    const logical_type = { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" } as const;
    return { ...base, type: "INT64", converted_type: "TIMESTAMP_MICROS", logical_type };
  }
  if (column.kind !== "lookup") return { ...base, type: column.kind === "int32" ? "INT32" : "INT64" };
  if (column.type === "int32") return { ...base, type: "INT32" };
  return { ...base, type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
}

/** Rows not yet written, by column. */
class RowGroup {
  rows = 0;
  private readonly values: Float64Array[];
  /** By column: 1 if a part has a value other than 0. Where it has none the values stay 0. */
  private readonly filled: Uint8Array;

  constructor(private readonly table: Table<Row>) {
    this.values = table.columns.map(() => new Float64Array(GROUP));
    this.filled = new Uint8Array(table.columns.length);
  }

  add(row: Row): void {
    const { columns, clocks } = this.table;
    const at = this.rows++;
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index];
      if (column.kind === "part") index = this.addParts(column.of, index, row, at);
      else {
        const value = column.of(row);
        this.values[index][at] = column.kind === "time" ? clocks[row.process].microseconds(value) : value;
      }
    }
  }

  /** Adds to all columns of the same parts. @returns the last of them */
  private addParts(of: PartColumn<Row>["of"], first: number, row: Row, at: number): number {
    const { values, filled, table } = this;
    const { columns } = table;
    const parts = of(row);
    let index = first;
    for (let next: Column<Row> | undefined = columns[first]; next?.kind === "part" && next.of === of; ) {
      const value = parts === undefined ? Number.NaN : parts[next.index];
      if (value !== 0) {
        values[index][at] = value;
        filled[index] = 1;
      }
      next = columns[++index];
    }
    return index - 1;
  }

  /** Returns the columns and empties the group. */
  take(): ColumnSource[] {
    const { rows } = this;
    this.rows = 0;
    return this.table.columns.map((column, index) => {
      const values = this.values[index].subarray(0, rows);
      const source = columnSource(column, values);
      if (column.kind === "part" && this.filled[index] === 1) {
        values.fill(0);
        this.filled[index] = 0;
      }
      return source;
    });
  }
}

function columnSource(column: Column<Row>, values: Float64Array): ColumnSource {
  const { name } = column;
  if (column.kind === "lookup") {
    return { name, data: lookedUp(column.values, values), encoding: "RLE_DICTIONARY", statistics: false };
  }
  return { name, data: integers(values), encoding: "DELTA_BINARY_PACKED" };
}

function lookedUp(words: readonly (string | number)[], indexes: Float64Array): (string | number | null)[] {
  const data = new Array<string | number | null>(indexes.length);
  for (let i = 0; i < data.length; i++) data[i] = words[indexes[i]] ?? null;
  return data;
}

/** Whole numbers in the library's types; it is several times faster with 32 bits than with 64. */
function integers(values: Float64Array): Int32Array | BigInt64Array | (number | bigint | null)[] {
  const { length } = values;
  let small = true;
  let missing = false;
  for (let i = 0; i < length && (small || !missing); i++) {
    const value = values[i];
    if (Number.isNaN(value)) missing = true;
    else if (value !== (value | 0)) small = false;
  }
  if (!missing && small) return Int32Array.from(values);
  if (missing) {
    const data = new Array<number | bigint | null>(length);
    for (let i = 0; i < length; i++) data[i] = Number.isNaN(values[i]) ? null : small ? values[i] : BigInt(values[i]);
    return data;
  }
  const data = new BigInt64Array(length);
  for (let i = 0; i < length; i++) data[i] = BigInt(values[i]);
  return data;
}
