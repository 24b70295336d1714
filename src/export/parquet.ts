/** One table of a recording as a Parquet file. */
import type { Recording } from "../calltree/index.js";
import { ParquetFile } from "./parquet-file.js";
import { type Document, piecesOf } from "./pieces.js";
import type { Row } from "./tables/columns.js";
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

/** The file of a table, in pieces. Memory: that of a walk, and of a {@link ParquetFile}. */
export function* renderParquet(recording: Recording, options: ParquetOptions): Document {
  const { version, notices = [] } = options;
  const table = tableOf(recording, options.table ?? "calls");
  const file = new ParquetFile(table, { version, metadata: { "gotrace.statements": JSON.stringify(notices) } });
  const full: Uint8Array[] = [];
  const emit = (row: Row) => {
    const piece = file.add(row);
    if (piece !== undefined) full.push(piece);
  };
  const hidden = yield* piecesOf(table.rows(emit), () => full.splice(0));
  yield* full;
  yield file.finish();
  return hidden;
}
