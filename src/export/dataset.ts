/**
 * The tables of many processes as the files of one Parquet data set. All files of a table have the same columns: those of
 * the table, with `trace`, the id of the process's trace, in place of the number of the process in its file.
 */
import { createHash } from "node:crypto";
import { baseName } from "../base/place.js";
import type { ProcessTree, Recording } from "../calltree/index.js";
import { ParquetFile } from "./parquet-file.js";
import { type Column, processOf, type Row, type Table } from "./tables/columns.js";
import { tableOf } from "./tables/index.js";
import { type TableName, tableNames } from "./tables/names.js";
import { hasStates } from "./tables/states.js";

type ProcessInfo = ProcessTree["info"];

/**
 * The id of a process's trace, 16 hex digits: the same wherever the trace is copied to, and however often it is read.
 * It is a digest of what tells processes of a fleet apart, which the process writes when it starts.
 */
export function traceId(info: ProcessInfo): string {
  const { executable, directory, goVersion, platform, pid, ppid, startWall, startNano } = info;
  const identity = JSON.stringify([executable, directory, goVersion, platform, pid, ppid, startWall, startNano]);
  return createHash("sha256").update(identity).digest("hex").slice(0, 16);
}

/** The values of the columns that are directories: `host=web-1/binary=server/date=2026-01-02`. */
export interface Partition {
  readonly host: string;
  readonly binary: string;
  /** The day on which the process began, in UTC. */
  readonly date: string;
}

/** The partition of a process. Characters that a path or a reader of such paths may not take become `_`. */
export function partitionOf(info: ProcessInfo, host: string): Partition {
  const plain = (text: string) => text.replace(/[^A-Za-z0-9._+-]/g, "_") || "_";
  const binary = baseName(info.executable).replace(/\.exe$/, "");
  return { host: plain(host), binary: plain(binary), date: new Date(info.startWall / 1e6).toISOString().slice(0, 10) };
}

/** The directory of a partition's files in that of the data set. */
export function partitionPath(table: TableName, { host, binary, date }: Partition): string {
  return `${table}/host=${host}/binary=${binary}/date=${date}`;
}

/** What the data set says of a process besides what its trace does. */
export interface Origin {
  readonly trace: string;
  /** Where the trace was read. */
  readonly file: string;
  /** Which build of the program it was; undefined if that is not known. */
  readonly build: string | undefined;
}

/** A piece of the file of a table. */
export interface DatasetPiece {
  readonly table: TableName;
  readonly bytes: Uint8Array;
}

/** The files of one part of a data set, at most one for each table. Memory: a row group for each. */
export class DatasetFiles {
  private readonly files = new Map<TableName, ParquetFile>();

  /** @param version of gotrace */
  constructor(private readonly version: string) {}

  /** Adds the rows of a recording of one process; yields what is to be written, at every pause of a walk. */
  *add(recording: Recording, origin: Origin): Generator<DatasetPiece | undefined> {
    for (const name of tableNames) {
      if (name === "intervals" && !hasStates(recording)) continue;
      const table = inDataset(tableOf(recording, name, true), name, origin);
      let file = this.files.get(name);
      file?.begin(table);
      const full: Uint8Array[] = [];
      const rows = table.rows((row) => {
        if (file === undefined) {
          file = new ParquetFile(table, { version: this.version, metadata: {} });
          this.files.set(name, file);
        }
        const piece = file.add(row);
        if (piece !== undefined) full.push(piece);
      });
      while (!rows.next().done) {
        for (const bytes of full.splice(0)) yield { table: name, bytes };
        yield undefined;
      }
      for (const bytes of full) yield { table: name, bytes };
    }
  }

  /** The ends of the files. */
  *finish(): Generator<DatasetPiece> {
    for (const [table, file] of this.files) yield { table, bytes: file.finish() };
  }
}

function inDataset(table: Table<Row>, name: TableName, { trace, file, build }: Origin): Table<Row> {
  const word = (column: string, value: string | undefined, nullable = false): Column<Row> => ({
    name: column,
    kind: "lookup",
    type: "string",
    values: value === undefined ? [] : [value],
    nullable,
    of: value === undefined ? () => -1 : processOf,
  });
  const columns = table.columns.filter((column) => column.name !== "process");
  const more = name === "processes" ? [word("build", build, true), word("trace_file", file)] : [];
  return { ...table, columns: [word("trace", trace), ...columns, ...more] };
}
