/**
 * Tables as comma-separated values (RFC 4180): a header, CRLF line ends, quotes where needed; missing values are empty.
 */
import { printable } from "../base/printable.js";
import type { Recording } from "../calltree/index.js";
import type { TableOptions } from "./ndjson.js";
import type { Document } from "./pieces.js";
import { tableOf } from "./tables/index.js";
import { type TextFormat, writeTable } from "./tables/text.js";

const FORMAT: TextFormat = {
  head: (_name, index) => (index === 0 ? "" : ","),
  value: (value) => quoted(String(value)),
  missing: "",
  quote: "",
  end: "\r\n",
};

/** The rows of a table below a header, in pieces. */
export function renderCsv(recording: Recording, { table = "calls" }: TableOptions = {}): Document {
  const found = tableOf(recording, table);
  return writeTable(found, FORMAT, `${found.columns.map(({ name }) => name).join(",")}\r\n`);
}

/** CSV has no escapes, so characters that are unsafe on a terminal are replaced. */
function quoted(given: string): string {
  const text = printable(given);
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
