/** Tables as JSON, one object per line (NDJSON, JSON Lines). */
import { jsonText } from "../base/printable.js";
import type { Recording } from "../calltree/index.js";
import type { Document } from "./pieces.js";
import { tableOf } from "./tables/index.js";
import type { TableName } from "./tables/names.js";
import { type TextFormat, writeTable } from "./tables/text.js";

export interface TableOptions {
  /** The table to write; calls by default. */
  readonly table?: TableName;
}

const FORMAT: TextFormat = {
  head: (name, index) => `${index === 0 ? "{" : ","}${jsonText(name)}:`,
  value: (value) => jsonText(value),
  missing: "null",
  quote: '"',
  end: "}\n",
};

/** The rows of a table, in pieces. Memory: that of a walk, plus about 50 bytes per goroutine. */
export function renderNdjson(recording: Recording, { table = "calls" }: TableOptions = {}): Document {
  return writeTable(tableOf(recording, table), FORMAT);
}
