/**
 * A Parquet file, written row group by row group. https://parquet.apache.org/docs/file-format/
 *
 * Strings are dictionary-encoded; numbers are delta-encoded (DELTA_BINARY_PACKED), because neighbouring rows are close
 * in time. Times are microseconds, which every reader supports; `start_ns` has the nanoseconds.
 */
import type { SchemaElement } from "hyparquet";
import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import { grown } from "../base/columns.js";
import type { Column, PartColumn, Row, Table } from "./tables/columns.js";

/** What describes a file. */
export interface FileDescription {
  /** Version of gotrace. */
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Rows per row group: the unit held in memory, and that readers read or skip. */
const GROUP = 1 << 17;

/** The rows of one or more tables with the same columns. Memory: a row group, and about 20 KiB per row group written. */
export class ParquetFile {
  private readonly bytes = new ByteWriter();
  private readonly writer: ParquetWriter;
  private readonly group: RowGroup;

  /** @param table the first one */
  constructor(table: Table<Row>, { version, metadata }: FileDescription) {
    this.writer = new ParquetWriter({
      writer: this.bytes,
      schema: [{ name: "schema", num_children: table.columns.length }, ...table.columns.map(schemaElement)],
      createdBy: `gotrace ${version}`,
      kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });
    this.group = new RowGroup(table);
  }

  /** The rows that follow are of this table. */
  begin(table: Table<Row>): void {
    this.group.begin(table);
  }

  /** Adds a row. @returns a piece of the file whenever a row group is full */
  add(row: Row): Uint8Array | undefined {
    this.group.add(row);
    return this.group.rows < GROUP ? undefined : this.flush();
  }

  /** The last piece of the file. */
  finish(): Uint8Array {
    const { bytes, writer, group } = this;
    if (group.rows > 0) writer.write({ columnData: group.take(), rowGroupSize: GROUP });
    writer.finish();
    return bytes.getBytes().slice();
  }

  private flush(): Uint8Array {
    const { bytes, writer, group } = this;
    writer.write({ columnData: group.take(), rowGroupSize: GROUP });
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  }
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
  private table: Table<Row>;
  private readonly values: Float64Array<ArrayBuffer>[];
  /** By column: 1 if a part has a value other than 0. Where it has none the values stay 0. */
  private readonly filled: Uint8Array;
  /** By column: the values that it looks up. */
  private readonly words: readonly Words[];

  constructor(table: Table<Row>) {
    this.table = table;
    this.values = table.columns.map(() => new Float64Array(64));
    this.filled = new Uint8Array(table.columns.length);
    this.words = table.columns.map(() => new Words());
    this.begin(table);
  }

  begin(table: Table<Row>): void {
    this.table = table;
    for (const [index, column] of table.columns.entries()) {
      if (column.kind === "lookup") this.words[index].begin(column.values);
    }
  }

  add(row: Row): void {
    const { columns, clockOf } = this.table;
    const at = this.rows++;
    if (at === this.values[0].length) this.grow();
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index];
      if (column.kind === "part") index = this.addParts(column.of, index, row, at);
      else {
        const value = column.of(row);
        if (column.kind === "lookup") this.values[index][at] = this.words[index].number(value);
        else this.values[index][at] = column.kind === "time" ? clockOf(row.process).microseconds(value) : value;
      }
    }
  }

  private grow(): void {
    for (const [index, column] of this.values.entries()) this.values[index] = grown(column, this.rows);
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
      const source = columnSource(column, values, this.words[index]);
      if (column.kind === "part" && this.filled[index] === 1) {
        values.fill(0);
        this.filled[index] = 0;
      }
      return source;
    });
  }
}

function columnSource({ name, kind }: Column<Row>, values: Float64Array, words: Words): ColumnSource {
  if (kind === "lookup") {
    return { name, data: lookedUp(words.list, values), encoding: "RLE_DICTIONARY", statistics: false };
  }
  return { name, data: integers(values), encoding: "DELTA_BINARY_PACKED" };
}

/** The distinct values of a column; each table has its own indices of them. */
class Words {
  readonly list: (string | number)[] = [];
  private readonly numbers = new Map<string | number, number>();
  private values: readonly (string | number)[] = [];
  /** By index into `values`: the index into `list`, -1 until it is used. */
  private indices = new Int32Array(0);

  begin(values: readonly (string | number)[]): void {
    this.values = values;
    if (this.indices.length < values.length) this.indices = new Int32Array(values.length);
    this.indices.fill(-1);
  }

  /** @param index into the values of the table; -1 for none */
  number(index: number): number {
    if (index < 0) return index;
    if (this.indices[index] < 0) this.indices[index] = this.numberOf(this.values[index]);
    return this.indices[index];
  }

  private numberOf(value: string | number): number {
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = this.list.push(value) - 1;
      this.numbers.set(value, number);
    }
    return number;
  }
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
