/** Parses and formats numbers with units, as users write them in thresholds and budgets. */
import { ExitCode, UserError } from "./errors.js";
import { formatBytes, formatCount, formatDuration } from "./units.js";

/** The unit of a value. `ratio` is a share or a factor, `count` a plain number. */
export type Quantity = "ns" | "bytes" | "bytes/s" | "goroutines" | "count" | "ratio";

const durations: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** What to write for each unit, for error messages. */
export const examples: Readonly<Record<Quantity, string>> = {
  ns: "a duration such as 500us, 2ms or 1.5s",
  bytes: "a size such as 64KiB or 512MiB",
  "bytes/s": "a rate such as 50MiB/s",
  goroutines: "a whole number",
  count: "a number",
  ratio: "a share such as 5%, 0.05 or 4x",
};

/** Parses a value in a unit (ns, bytes, bytes per second, a plain number); undefined for an invalid value. */
export function parseQuantity(text: string | number, unit: Quantity): number | undefined {
  const trimmed = String(text).trim();
  if (unit === "ns") return parseDuration(trimmed);
  if (unit === "bytes") return bytesOf(trimmed);
  if (unit === "bytes/s") return bytesOf(trimmed.replace(/\/s$/, ""));
  const match = /^(\d+(?:\.\d+)?|\.\d+)([%x×]?)$/.exec(trimmed);
  if (!match || (match[2] && unit !== "ratio")) return undefined;
  if (unit === "goroutines" && !/^\d+$/.test(trimmed)) return undefined;
  return Number(match[1]) / (match[2] === "%" ? 100 : 1);
}

/** Parses a duration in Go's syntax (`1.5ms`, `1h2m`) into nanoseconds; undefined for an invalid one. */
export function parseDuration(text: string): number | undefined {
  if (text === "0") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== text) return undefined;
  return parts.reduce((sum, part) => sum + Number(part[1]) * durations[part[2]], 0);
}

/**
 * Parses the size of a file or trace, such as `512MiB`, `2G` or `1000000`, into bytes.
 * @param what the flag or variable whose value it is
 * @throws UserError when it is not a size, or below 1 MiB
 */
export function parseSize(text: string, what: string): number {
  const bytes = bytesOf(text);
  if (bytes !== undefined && bytes >= 1 << 20) return Math.floor(bytes);
  const advice = "use a size of at least 1MiB, such as 512MiB or 8GiB";
  throw new UserError(`${what}: ${JSON.stringify(text)} is not valid`, advice, ExitCode.usage);
}

function bytesOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?$/i.exec(text);
  return match ? Number(match[1]) * 1024 ** " kmgt".indexOf((match[2] || " ").toLowerCase()) : undefined;
}

/** `measured 3ms`, or `not measured`. */
export function measuredText(value: number, unit: Quantity): string {
  return Number.isNaN(value) ? "not measured" : `measured ${formatQuantity(value, unit)}`;
}

/** Formats a value with its unit; the inverse of `parseQuantity`, up to rounding. */
export function formatQuantity(value: number, unit: Quantity): string {
  if (Number.isNaN(value)) return "not measured";
  switch (unit) {
    case "ns":
      return formatDuration(value).replace(/\.?0+(?=[a-zµ]+$)/, (zeros) => (zeros.startsWith(".") ? "" : zeros));
    case "bytes":
      return formatBytes(Math.round(value));
    case "bytes/s":
      return `${formatBytes(Math.round(value))}/s`;
    case "ratio":
      return value >= 2 ? `${Number(value.toFixed(1))}×` : `${Number((value * 100).toFixed(1))}%`;
    default:
      return Number.isInteger(value) ? formatCount(value) : String(Number(value.toFixed(2)));
  }
}
