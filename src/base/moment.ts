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

/** Whether a bound of time is a moment, and not nanoseconds. */
export function isMoment(bound: number | Moment | undefined): bound is Moment {
  return typeof bound === "object";
}

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
 * Nanoseconds from `begin` to a moment. A time of day means its first occurrence between `begin` and `end`, or else the
 * one nearest to them.
 * @param begin nanoseconds since 1970, UTC; undefined if unknown
 * @returns undefined if the moment needs a `begin` that is unknown
 */
export function sinceBegin(moment: Moment, begin: bigint | undefined, end = begin): number | undefined {
  if (moment.kind === "offset") return moment.ns;
  if (begin === undefined || end === undefined) return undefined;
  if (moment.kind === "date") return Number(moment.ns - begin);
  const length = Math.max(0, Number(end - begin));
  const day = new Date(Number(begin / 1_000_000n));
  const occurrences = Array.from({ length: Math.ceil(length / DAY) + 3 }, (_, index) => {
    const date = new Date(day.getFullYear(), day.getMonth(), day.getDate() + index - 1, moment.hours, moment.minutes);
    return Number(BigInt(date.getTime()) * 1_000_000n + BigInt(moment.ns) - begin);
  });
  const beside = (time: number) => Math.max(0, -time, time - length);
  return occurrences.reduce((best, one) => (beside(one) < beside(best) ? one : best));
}

const DAY = 86_400e9;

/** A local date with time, as gotrace shows it and {@link parseMoment} reads it: `2026-01-02 14:32:05.123`. */
export function formatDate(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n));
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((one) => String(one).padStart(2, "0"));
  return `${day.join("-")} ${clockOf(date)}`;
}

/** From when to when, as {@link formatDate}; the day of the end only if it is another one. */
export function formatSpan(from: bigint, to: bigint): string {
  const [begin, end] = [formatDate(from), formatDate(to)];
  return `${begin} to ${begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end}`;
}

/** The local time of day: `14:32:05.123`. @param ns since 1970 */
export function formatClock(ns: number): string {
  return clockOf(new Date(Math.floor(ns / 1e6)));
}

function clockOf(date: Date): string {
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map((one) => String(one).padStart(2, "0"));
  return `${time.join(":")}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
