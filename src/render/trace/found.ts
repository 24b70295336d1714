/** Which of many execution traces have what was looked for, as a table. */
import { printable } from "../../base/printable.js";
import { formatDuration, formatNumberOf } from "../../base/units.js";
import { columns, name, number } from "../columns.js";
import { type Measure, painter } from "../style.js";

/** A trace that has it. Times in ns since the trace's begin. */
interface FoundTrace {
  readonly path: string;
  readonly begin: number;
  readonly end: number;
  /** The trace has the begin and the end of it. */
  readonly complete: boolean;
  readonly warning: string | undefined;
}

/** Where it was looked for, and where it was found. */
export interface FoundTraces {
  readonly log: string;
  readonly searched: number;
  /** Newest first. */
  readonly found: readonly FoundTrace[];
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
}

/** @param top most rows of the table */
export function* foundTable(
  { log, searched, found, unreadable }: FoundTraces,
  style: {
    readonly colour: boolean;
    readonly width: number | undefined;
    readonly widthOf: Measure;
    readonly top: number;
  },
): Generator<string> {
  const paint = painter(style.colour);
  yield `${paint("bold", printable(log))} is in ${found.length} of ${formatNumberOf(searched, "trace")}, newest first\n`;
  const rows = found.slice(0, style.top).map(({ path, begin, end, complete, warning }) => ({
    cells: [`${complete ? "" : "≥"}${formatDuration(end - begin)}`, formatDuration(begin), path],
    notes: warning === undefined ? [] : [warning],
  }));
  yield* columns([number("DURATION"), number("BEGIN"), name("TRACE")], rows, { ...style, paint });
  if (found.length > style.top) yield `${paint("dim", `${found.length - style.top} more`)}\n`;
  for (const { path, reason } of unreadable.slice(0, style.top)) {
    yield `${paint("yellow", "note")}: ${printable(path)} is not searched: ${printable(reason)}\n`;
  }
  if (unreadable.length > style.top)
    yield `${paint("dim", `${unreadable.length - style.top} more are not searched`)}\n`;
  yield "\n";
}
