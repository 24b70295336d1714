/**
 * Reads the records that begin a goroutine or name its parent; shared by the prescan (`Skimmer`) and the full decoder.
 */

import { Place } from "./spec-records.js";

/** The fields that `begin`, `test` and `resume` records share. */
export interface Beginning {
  goid: number;
  parentGoid: number;
  /** Offset of its spawn record in the process trace; 0 for none. */
  spawnRef: number;
}

/** A decoded begin, test or resume record. */
export interface Begin extends Beginning {
  /** Id of the name of the test that the goroutine runs; 0 for none. */
  test: number;
  /** Nanoseconds since the start of the process. */
  time: number;
  /** The same in ticks, which do not depend on what was decoded before. */
  ticks: number;
  /** Of a resume record, the go statement that started the goroutine; 0 if unknown, and for other records. */
  goStatement: number;
  /** Of a resume record, the number of outer frames that are open without a record; they end before any other call begins. */
  omitted: number;
}

/** Reads the record at `at` (in units of 16 bits), of kind `begin`, `test` or `resume`. */
export function readBeginning(units: Uint16Array, at: number, into: Beginning): void {
  into.goid = wide(units, at + Place.goid);
  into.parentGoid = wide(units, at + Place.parentGoid);
  into.spawnRef = wide(units, at + Place.spawnRef) * 2;
}

/** Adds the `parent` record at `at` (in units of 16 bits) to a map from goroutine id to parent id. */
export function readParent(units: Uint16Array, at: number, into: Map<number, number>): void {
  into.set(wide(units, at + Place.goid), wide(units, at + Place.parentGoid));
}

/** Reads a number of 48 bits. */
function wide(units: Uint16Array, at: number): number {
  return units[at] + units[at + 1] * 65536 + units[at + 2] * 4294967296;
}
