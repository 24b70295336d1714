/** The table of processes: one row per process, with the number of lost events. */
import type { ProcessTree, Recording } from "../../calltree/index.js";
import { type Column, NOTHING, processColumns, processOf, type Row, type Table } from "./columns.js";

export function processTable(recording: Recording, clockOf: Table<Row>["clockOf"]): Table<Row> {
  const { processes } = recording.forest;
  const word = (name: string, of: (info: ProcessTree["info"]) => string): Column<Row> => ({
    name,
    kind: "lookup",
    type: "string",
    values: processes.map(({ info }) => of(info)),
    of: processOf,
  });
  return {
    columns: [
      ...processColumns<Row>(recording),
      { name: "parent_pid", kind: "int32", of: ({ process }) => processes[process].info.ppid },
      word("executable", (info) => info.executable),
      word("directory", (info) => info.directory),
      word("go_version", (info) => info.goVersion),
      word("platform", (info) => info.platform),
      { name: "time", kind: "time", of: () => 0 },
      { name: "duration_ns", kind: "int64", of: ({ process }) => Math.round(processes[process].total) },
      {
        name: "exit_status",
        kind: "int32",
        nullable: true,
        of: ({ process }) => processes[process].info.exitStatus ?? Number.NaN,
      },
      { name: "events", kind: "int64", of: ({ process }) => processes[process].events },
      { name: "lost", kind: "int64", of: ({ process }) => processes[process].info.lost },
    ],
    clockOf,
    *rows(emit) {
      for (const process of processes.keys()) emit({ process });
      yield;
      return NOTHING;
    },
  };
}
