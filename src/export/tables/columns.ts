/** Types of the tables of a recording, and the columns that several tables share. */
import { packageOf } from "../../base/packages.js";
import type { HiddenCalls, Recording, Walk } from "../../calltree/index.js";
import type { WallClock } from "../clock.js";

/** The fields of every row. */
export interface Row {
  /** Index into the processes of the forest. */
  process: number;
}

/** A whole number; NaN if missing. */
interface IntegerColumn<R extends Row> {
  readonly name: string;
  readonly kind: "int32" | "int64";
  readonly nullable?: boolean;
  readonly of: (row: R) => number;
}

/**
 * One of some whole numbers of a row, most of which are 0; missing where there are none. Adjacent columns with the same
 * `of`, in the order of `index` from 0 on, are quicker to write together.
 */
export interface PartColumn<R extends Row> {
  readonly name: string;
  readonly kind: "part";
  readonly index: number;
  readonly nullable?: boolean;
  readonly of: (row: R) => Float64Array | undefined;
}

/** An index into `values`; -1 if missing. Adjacent columns with the same `of` can be looked up together. */
interface LookupColumn<R extends Row> {
  readonly name: string;
  readonly kind: "lookup";
  readonly type: "string" | "int32";
  readonly values: readonly string[] | readonly number[];
  readonly nullable?: boolean;
  readonly of: (row: R) => number;
}

/** A time, given as whole nanoseconds since the start of the row's process. */
interface TimeColumn<R extends Row> {
  readonly name: string;
  readonly kind: "time";
  readonly of: (row: R) => number;
}

export type Column<R extends Row> = IntegerColumn<R> | PartColumn<R> | LookupColumn<R> | TimeColumn<R>;

export interface Table<R extends Row> {
  readonly columns: readonly Column<R>[];
  /** The clock of a process. */
  readonly clockOf: (process: number) => WallClock;
  /**
   * Calls `emit` for every row, reusing one object; yields from time to time, so that output can be written. Returns
   * the calls that have no row, or do not count in one, because of `--min`, `--depth` or `--top`.
   */
  rows(emit: (row: R) => void): Walk;
}

/** What a table leaves out that shows sums of all calls. */
export const NOTHING: HiddenCalls = { minimum: 0, paths: 0 };

/** The row's process, for columns that look values up by it. */
export const processOf = (row: Row) => row.process;

/** The first columns of every table. */
export function processColumns<R extends Row>({ forest }: Recording): Column<R>[] {
  const { processes } = forest;
  const column = (name: string, values: number[]): Column<R> => ({
    name,
    kind: "lookup",
    type: "int32",
    values,
    of: processOf,
  });
  return [
    column(
      "process",
      processes.map((_, index) => index + 1),
    ),
    column(
      "pid",
      processes.map(({ info }) => info.pid),
    ),
  ];
}

/**
 * The columns that describe a function.
 *
 * @param of returns the function's index; -1 if there is none
 */
export function functionColumns<R extends Row>({ forest }: Recording, of: (row: R) => number, nullable: boolean) {
  const column = (name: string, type: "string" | "int32", values: string[] | number[]): Column<R> => ({
    name,
    kind: "lookup",
    type,
    values,
    nullable,
    of,
  });
  const { functions } = forest;
  const names = functions.map(({ name }) => name);
  return [
    column("function", "string", names),
    column("package", "string", names.map(packageOf)),
    column(
      "file",
      "string",
      functions.map(({ file }) => file),
    ),
    column(
      "line",
      "int32",
      functions.map(({ line }) => line),
    ),
  ];
}
