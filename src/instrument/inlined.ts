/** Maps the positions of functions that `--skip-inlined` leaves out, as the compiler prints them, to offsets in the text. */

import type { HookPoint } from "./hook-points.js";
import type { Scan } from "./scan.js";

/**
 * Converts positions that the compiler prints to offsets. Line directives change those positions, so the result is empty for
 * a file with line directives.
 * @param places `LINE:COLUMN` → value; both count from 1, columns in bytes of UTF-8. A declaration's position is that of the
 *   token after `func`, a literal's that of `func`
 * @returns offset in UTF-16 units → value
 */
export function byOffset<T>(text: string, scanned: Scan, places: Readonly<Record<string, T>>): ReadonlyMap<number, T> {
  const offsets = new Map<number, T>();
  const given = Object.entries(places);
  if (given.length === 0 || scanned.lineDirectives.length > 0) return offsets;
  const columns = new Map<number, [number, T][]>();
  for (const [place, value] of given) {
    const [line, column] = place.split(":").map(Number) as [number, number];
    columns.set(line, [...(columns.get(line) ?? []), [column, value]]);
  }
  let line = 1;
  for (let start = 0; start >= 0 && start <= text.length; line++) {
    const newline = text.indexOf("\n", start);
    for (const [column, value] of columns.get(line) ?? []) {
      const content = text.slice(start, newline < 0 ? text.length : newline);
      offsets.set(start + unitsBefore(content, column - 1), value);
    }
    if (newline < 0) break;
    start = newline + 1;
  }
  return offsets;
}

/** Converts a length at the beginning of a line from bytes of UTF-8 to UTF-16 units. */
function unitsBefore(line: string, bytes: number): number {
  let units = 0;
  for (let left = bytes; left > 0 && units < line.length; ) {
    const code = line.codePointAt(units)!;
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += code < 0x10000 ? 1 : 2;
  }
  return units;
}

/**
 * Whether Go itself or package testing calls a function. Such calls are never inlined, are few, and form the roots of the
 * call tree, so they are always traced.
 * @param name as in the source
 */
export function isEntry(text: string, name: string, { start, open }: HookPoint): boolean {
  return /^(main|init|Example\w*)$/.test(name) || /\*testing\.[BFMT]\b/.test(text.slice(start, Math.max(start, open)));
}
