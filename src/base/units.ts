/** Formats durations, counts, shares and sizes for people. The result does not depend on the locale. */

const STEPS: readonly (readonly [size: number, unit: string])[] = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

/**
 * A duration with three significant digits: `2.31s`, `41.2ms`, `412ms`, `1.25µs`, `83ns`. From one minute on, as Go
 * prints it without fractions of a second: `2m5s`, `1h0m12s`.
 *
 * @param ns nanoseconds; negative values get a minus sign
 */
export function formatDuration(ns: number): string {
  if (ns < 0) return `-${formatDuration(-ns)}`;
  if (ns >= 59.995e9) return formatLong(Math.round(ns / 1e9));
  for (const [size, unit] of STEPS) {
    // 999.6 µs must not print as "1000µs": a value that rounds up to the next unit belongs to it.
    if (ns >= size * 0.9995) return `${threeDigits(ns / size, unit === "ns")}${unit}`;
  }
  return ns === 0 ? "0ns" : `${threeDigits(ns, false)}ns`;
}

function formatLong(seconds: number): string {
  const h = Math.floor(seconds / 3600);
  const m = Math.floor(seconds / 60) % 60;
  return `${h > 0 ? `${h}h` : ""}${m}m${seconds % 60}s`;
}

function threeDigits(value: number, whole: boolean): string {
  if (whole || value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** A whole number with thousands separators: `1,000,000`. */
export function formatCount(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A share of a total with one decimal: `17.8%`; `0.0%` if the total is 0. */
export function formatPercent(part: number, total: number): string {
  return `${total > 0 ? ((part / total) * 100).toFixed(1) : "0.0"}%`;
}

/** `1 goroutine`, `2 goroutines`, `1,000 events`. */
export function formatNumberOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** A size in bytes with binary units: `512 B`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes;
  for (const unit of ["KiB", "MiB", "GiB"]) {
    value /= 1024;
    if (value < 1024 || unit === "GiB") return `${Number(value.toFixed(1))} ${unit}`;
  }
  return `${bytes} B`;
}
