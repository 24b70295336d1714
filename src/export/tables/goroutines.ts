/** The table of goroutines: one row per goroutine, written when it ends. */
import {
  CREATED,
  EdgeKind,
  type Goroutine,
  latest,
  type Recording,
  type StayCursor,
  type Walk,
} from "../../calltree/index.js";
import { findSpawners } from "../spawners.js";
import { functionColumns, processColumns, type Row, type Table } from "./columns.js";
import { emptyParts, hasStates, type StateParts, setParts, stateColumns } from "./states.js";
import { testColumn } from "./tests.js";

interface LifeRow extends Row {
  goroutine: Goroutine;
  /** The call that started it; 0 if unknown. */
  parent: number;
  /** Node of its first outermost call; 0 if it has none. */
  node: number;
  start: number;
  end: number;
  calls: number;
  /** How its time divides into states, and how long it was ready before it first ran; NaN if that is not known. */
  states: StateParts | undefined;
  ready: number;
}

/** How a goroutine was started, by kind of its edge. */
export const SPAWNS: readonly string[] = ["", "exact", "indirect", "approximate"];

export function goroutineTable(
  recording: Recording,
  clockOf: Table<LifeRow>["clockOf"],
  uniform: boolean,
): Table<LifeRow> {
  const { processes, functions } = recording.forest;
  const functionOf = latest((process) => processes[process].tree.func);
  const goStatementOf = ({ goroutine }: LifeRow) => goroutine.goStatement;
  return {
    columns: [
      ...processColumns<LifeRow>(recording),
      { name: "goroutine", kind: "int64", of: ({ goroutine }) => goroutine.goid },
      {
        name: "parent_goroutine",
        kind: "int64",
        nullable: true,
        of: ({ goroutine }) => goroutine.parentGoid || Number.NaN,
      },
      { name: "parent_call", kind: "int64", nullable: true, of: ({ parent }) => parent || Number.NaN },
      {
        name: "spawn",
        kind: "lookup",
        type: "string",
        values: SPAWNS,
        nullable: true,
        of: ({ goroutine }) => (goroutine.edge === EdgeKind.call ? -1 : goroutine.edge),
      },
      {
        name: "go_file",
        kind: "lookup",
        type: "string",
        values: functions.map(({ file }) => file),
        nullable: true,
        of: goStatementOf,
      },
      {
        name: "go_line",
        kind: "lookup",
        type: "int32",
        values: functions.map(({ line }) => line),
        nullable: true,
        of: goStatementOf,
      },
      ...functionColumns<LifeRow>(recording, ({ process, node }) => functionOf(process)[node], true),
      { name: "time", kind: "time", of: ({ start }) => start },
      { name: "start_ns", kind: "int64", of: ({ start }) => start },
      { name: "duration_ns", kind: "int64", of: ({ start, end }) => end - start },
      ...stateColumns<LifeRow>(recording, "", ({ states }) => states, uniform),
      ...(uniform || hasStates(recording)
        ? [{ name: "ready_ns", kind: "int64", nullable: true, of: ({ ready }: LifeRow) => ready } as const]
        : []),
      { name: "calls", kind: "int64", of: ({ calls }) => calls },
      testColumn<LifeRow>(recording, ({ node, goroutine }) => node || goroutine.node),
    ],
    clockOf,
    rows: (emit) => walkGoroutines(recording, emit),
  };
}

function* walkGoroutines(recording: Recording, emit: (row: LifeRow) => void): Walk {
  const spawners = yield* findSpawners(recording);
  const row = { process: 0 } as LifeRow;
  const parts = emptyParts();
  const cursorOf = latest((process) => recording.staysOf(process)?.cursor());
  return yield* recording.walk({
    begin(goroutine) {
      row.process = goroutine.process;
      row.goroutine = goroutine;
      row.parent = spawners.of(goroutine);
      row.node = row.calls = 0;
    },
    enter(node) {
      row.node ||= node;
      row.calls++;
    },
    end({ start, process, goid }, time, states) {
      row.start = Math.round(start);
      row.end = Math.max(row.start, Math.round(time));
      row.states = states && parts;
      if (states !== undefined) setParts(parts, row.end - row.start, states);
      row.ready = readyTime(cursorOf(process), goid);
      emit(row);
    },
  });
}

/** How long a goroutine waited for a processor after it was created, whole nanoseconds; NaN if that is not known. */
function readyTime(stays: StayCursor | undefined, goid: number): number {
  if (!stays?.seek(goid, Number.NEGATIVE_INFINITY) || stays.reason !== CREATED) return Number.NaN;
  return Math.round(stays.end) - Math.round(stays.begin);
}
