/** Points in time as users write them: an offset from the start, a time of day, or a date with time. */
import { parseDuration } from "./quantity.js";

/** A parsed point in time. */
export type Moment =
  /** Nanoseconds since the start. */
  | { readonly kind: "offset"; readonly ns: number }
  /** Nanoseconds since 1970, UTC. */
  | { readonly kind: "date"; readonly ns: bigint }
  /** Local time of day. */
  | { readonly kind: "clock"; readonly hours: number; readonly minutes: number; readonly ns: number };

const CLOCK = String.raw`(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?`;
const ZONE = String.raw`Z|[+-]\d\d:?\d\d`;

/**
 * Reads a moment: `1.5s` (as Go writes durations), `14:32:05`, `14:32:05.250`, `2026-01-02T14:32:05Z`, `2026-01-02
 * 14:32:05` (local time without a zone). Undefined for an invalid moment.
 */
export function parseMoment(text: string): Moment | undefined {
  const offset = parseDuration(text);
  if (offset !== undefined) return { kind: "offset", ns: offset };
  const clock = new RegExp(`^${CLOCK}$`).exec(text);
  if (clock) {
    const [hours, minutes, ns] = [Number(clock[1]), Number(clock[2]), nanoseconds(clock[3], clock[4])];
    return hours < 24 && minutes < 60 && ns < 60e9 ? { kind: "clock", hours, minutes, ns } : undefined;
  }
  const date = new RegExp(`^(\\d{4}-\\d\\d-\\d\\d)[T ]${CLOCK}(${ZONE})?$`).exec(text);
  if (!date) return undefined;
  const [, day, hours, minutes, seconds, fraction, zone = ""] = date;
  // Without a zone, ECMAScript parses a date with time as local time.
  const whole = Date.parse(
    `${day}T${hours.padStart(2, "0")}:${minutes}:00${zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2")}`,
  );
  if (Number.isNaN(whole)) return undefined;
  return { kind: "date", ns: BigInt(whole) * 1_000_000n + BigInt(nanoseconds(seconds, fraction)) };
}

function nanoseconds(seconds = "0", fraction = ""): number {
  return Number(seconds) * 1e9 + Number(fraction.padEnd(9, "0"));
}

/**
 * Nanoseconds from `begin` to a moment. A time of day means the occurrence nearest to `begin`.
 * @param begin nanoseconds since 1970, UTC; undefined if unknown
 * @returns undefined if the moment needs a `begin` that is unknown
 */
export function sinceBegin(moment: Moment, begin: bigint | undefined): number | undefined {
  if (moment.kind === "offset") return moment.ns;
  if (begin === undefined) return undefined;
  if (moment.kind === "date") return Number(moment.ns - begin);
  const start = Number(begin / 1_000_000n);
  const day = new Date(start);
  const candidates = [-1, 0, 1].map((days) => {
    const date = new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, moment.hours, moment.minutes);
    return Number(BigInt(date.getTime()) * 1_000_000n + BigInt(moment.ns) - begin);
  });
  return candidates.reduce((best, one) => (Math.abs(one) < Math.abs(best) ? one : best));
}
