/** Records that begin a goroutine or say who started one, in a trace's memory: what both passes over a trace read alike. */

/** What `begin` and `test` records say of a goroutine. */
export interface Beginning {
  goid: number;
  parentGoid: number;
  /** Offset of its spawn record; 0 for none. */
  spawnRef: number;
}

/** Reads the record at `at` (in units of 16 bits), of kind `begin` or `test`. */
export function readBeginning(units: Uint16Array, at: number, into: Beginning): void {
  into.goid = wide(units, at + 3);
  into.parentGoid = wide(units, at + 6);
  into.spawnRef = wide(units, at + 9) * 2;
}

/** Notes the record at `at`, of kind `parent`: by goroutine, its parent. */
export function readParent(units: Uint16Array, at: number, into: Map<number, number>): void {
  into.set(wide(units, at + 3), wide(units, at + 6));
}

/** A number of 48 bits. */
function wide(units: Uint16Array, at: number): number {
  return units[at] + units[at + 1] * 65536 + units[at + 2] * 4294967296;
}
