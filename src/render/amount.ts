/** Measurements of findings and budgets as people read them. */
import { formatBytes, formatCount, formatDuration, formatPercent } from "../base/units.js";
import type { Unit } from "../rules/finding.js";

/** An amount in its unit: `12ms`, `1.5 MiB`, `318 goroutines`, `42.0%`. */
export function formatAmount(value: number, unit: Unit): string {
  if (!Number.isFinite(value)) return "not measured";
  switch (unit) {
    case "ns":
      return formatDuration(value);
    case "bytes":
      return formatBytes(value);
    case "goroutines":
      return `${formatCount(value)} ${Math.round(value) === 1 ? "goroutine" : "goroutines"}`;
    case "ratio":
      return formatPercent(value, 1);
    case "count":
      return formatCount(value);
  }
}
