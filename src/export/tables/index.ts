/** The tables of a recording by name. */
import { latest, type Recording } from "../../calltree/index.js";
import { WallClock } from "../clock.js";
import { callTable } from "./calls.js";
import type { Row, Table } from "./columns.js";
import { functionTable } from "./functions.js";
import { goroutineTable } from "./goroutines.js";
import { intervalTable } from "./intervals.js";
import type { TableName } from "./names.js";
import { processTable } from "./processes.js";
import { requestTable } from "./requests.js";

const TABLES = {
  calls: callTable,
  functions: functionTable,
  goroutines: goroutineTable,
  processes: processTable,
  requests: requestTable,
  intervals: intervalTable,
} satisfies Record<TableName, unknown>;

/**
 * A table by name; its rows are computed on demand.
 *
 * @param uniform the same columns for every recording, whether or not it has states
 */
export function tableOf(recording: Recording, name: TableName, uniform = false): Table<Row> {
  const clockOf = latest((process) => new WallClock(recording.forest.processes[process].info.startWall));
  return TABLES[name](recording, clockOf, uniform) as Table<Row>;
}
