/** Packs and unpacks the statistics by function of a process, over all its calls. */
import type { ByteReader, ByteWriter } from "../../base/varint.js";
import type { FunctionStats } from "../../callstats/index.js";
import type { FunctionInfo } from "../../calltree/index.js";
import type { CallTotals } from "./totals.js";

const columns = ["calls", "total", "self", "min", "mean", "p50", "p95", "p99", "max"] as const;

/** By function; nanoseconds. All zeros for functions that were not called. */
export interface PageStats extends CallTotals {
  readonly min: Float64Array;
  readonly mean: Float64Array;
  readonly p50: Float64Array;
  readonly p95: Float64Array;
  readonly p99: Float64Array;
  readonly max: Float64Array;
}

/** Writes rows, which must be in the order of the functions. */
export function writeStats(to: ByteWriter, functions: readonly FunctionInfo[], rows: readonly FunctionStats[]): void {
  to.uint(rows.length);
  let func = -1;
  for (const row of rows) {
    const last = func++;
    while (!isSame(functions[func], row)) func++;
    to.uint(func - last);
    for (const name of columns) to.uint(Math.round(row[name]));
  }
}

function isSame(a: FunctionInfo, b: FunctionInfo): boolean {
  return a.name === b.name && a.file === b.file && a.line === b.line;
}

/** Reads what {@link writeStats} wrote. @param functions number of functions */
export function readStats(from: ByteReader, functions: number): PageStats {
  const stats = Object.fromEntries(columns.map((name) => [name, new Float64Array(functions)])) as {
    [name in (typeof columns)[number]]: Float64Array;
  };
  let func = -1;
  for (let left = from.uint(); left > 0; left--) {
    func += from.uint();
    for (const name of columns) stats[name][func] = from.uint();
  }
  return stats;
}
