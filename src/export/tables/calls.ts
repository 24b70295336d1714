/** The table of calls: one row per call, written when it ends, so callees precede their callers. */
import { Ending, type Goroutine, latest, type Recording, type Walk } from "../../calltree/index.js";
import { CallNumbers, findSpawners, type Spawners } from "../spawners.js";
import { type Column, functionColumns, processColumns, type Row, type Table } from "./columns.js";
import { CallParts, stateColumns } from "./states.js";
import { testColumn } from "./tests.js";

/** A call; times are whole nanoseconds since the start of the process. */
export interface CallRow extends Row {
  readonly goroutine: Goroutine;
  /** From 1 on. */
  readonly call: number;
  /** Its number on its goroutine, as in call ids. */
  readonly number: number;
  /** The calling call, or for outermost calls the one that started the goroutine; 0 if unknown. */
  readonly parent: number;
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly self: number;
  /** Level on its goroutine, from 1 on. */
  readonly depth: number;
  readonly how: Ending;
  /** How duration and self time divide into states; undefined if that is not known. */
  readonly states: CallParts | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const ENDINGS: readonly string[] = Object.keys(Ending);

/**
 * Emits all calls of a recording, reusing one object.
 *
 * @param known the calls that started goroutines, if they have been found already
 */
export function* walkCalls(recording: Recording, emit: (row: CallRow) => void, known?: Spawners): Walk {
  const spawners = known ?? (yield* findSpawners(recording));
  const numbers = new CallNumbers();
  let spawner = 0;
  const row = { process: 0 } as Mutable<CallRow>;
  const parts = new CallParts();
  return yield* recording.walk({
    begin(goroutine) {
      row.process = goroutine.process;
      row.goroutine = goroutine;
      spawner = spawners.of(goroutine);
    },
    enter: () => numbers.enter(),
    exit(node, start, time, self, how, _calls, states, number) {
      row.depth = numbers.depth;
      row.call = numbers.exit();
      row.number = number;
      row.parent = numbers.open || spawner;
      row.node = node;
      row.start = Math.round(start);
      row.end = Math.round(time);
      row.self = Math.min(Math.round(self), row.end - row.start);
      row.how = how;
      row.states = states && parts;
      if (states !== undefined) parts.set(row.end - row.start, row.self, states);
      emit(row);
    },
  });
}

function callColumns(recording: Recording, uniform: boolean): Column<CallRow>[] {
  const functionOf = latest((process) => recording.forest.processes[process].tree.func);
  return [
    ...processColumns<CallRow>(recording),
    { name: "goroutine", kind: "int64", of: ({ goroutine }) => goroutine.goid },
    { name: "call", kind: "int64", of: ({ call }) => call },
    { name: "number", kind: "int64", of: ({ number }) => number },
    { name: "parent", kind: "int64", nullable: true, of: ({ parent }) => parent || Number.NaN },
    ...functionColumns<CallRow>(recording, ({ process, node }) => functionOf(process)[node], false),
    { name: "time", kind: "time", of: ({ start }) => start },
    { name: "start_ns", kind: "int64", of: ({ start }) => start },
    { name: "duration_ns", kind: "int64", of: ({ start, end }) => end - start },
    { name: "self_ns", kind: "int64", of: ({ self }) => self },
    ...stateColumns<CallRow>(recording, "", ({ states }) => states?.total, uniform),
    ...stateColumns<CallRow>(recording, "self_", ({ states }) => states?.self, uniform),
    { name: "depth", kind: "int32", of: ({ depth }) => depth },
    { name: "ending", kind: "lookup", type: "string", values: ENDINGS, of: ({ how }) => how },
    testColumn<CallRow>(recording, ({ node }) => node),
  ];
}

export function callTable(recording: Recording, clockOf: Table<CallRow>["clockOf"], uniform: boolean): Table<CallRow> {
  return { columns: callColumns(recording, uniform), clockOf, rows: (emit) => walkCalls(recording, emit) };
}
