/**
 * Packs and unpacks what the goroutines of the timeline did from when to when. Of very many stays only the longest are
 * kept one by one; those between them are merged, so that the times in each state remain whole.
 */
import type { ByteReader, ByteWriter } from "../../base/varint.js";
import { Words } from "../../base/word-numbers.js";
import type { GoroutineTimeline, StayCursor, Stays } from "../../calltree/index.js";
import { STATES, State } from "../../calltree/states.js";
import { readWords, writeWords } from "./words.js";

/** The most parts into which merged stays of all goroutines are cut, so that their place in time remains visible. */
const MAX_CUTS = 20_000;
/** Classes of lengths for each doubling. */
const FINE = 8;

/** What is the same for many stays. */
export interface StayKind {
  /** Index into STATES. */
  readonly state: number;
  /** As in StayCursor; "" if unknown. */
  readonly reason: string;
  readonly place: string;
  readonly wakerPlace: string;
}

/** Several short stays. */
interface MixedStay {
  readonly count: number;
  /** Nanoseconds by index into STATES. */
  readonly times: Float64Array;
}

/** The stays of a goroutine, one after another without gaps. */
export interface StayRow {
  readonly size: number;
  /** Nanoseconds since the start of the process; one more than there are stays, the last is the end. */
  readonly begin: Float64Array;
  /** Index into the kinds; -1 for merged stays. */
  readonly kind: Int32Array;
  /** The goroutine that ended it; -1 for none. */
  readonly waker: Float64Array;
  readonly mixed: ReadonlyMap<number, MixedStay>;
}

export interface PageStays {
  readonly kinds: readonly StayKind[];
  /** Stays shorter than this (nanoseconds) are merged; 0 if none are. */
  readonly shortest: number;
  /** By row of the goroutines. */
  readonly rows: readonly StayRow[];
}

/** Writes the stays of rows. @param most the most stays that are kept one by one */
export function writeStays(to: ByteWriter, rows: readonly GoroutineTimeline[], stays: Stays, most: number): void {
  const { shortest, cut } = limits(rows, stays, most);
  const kinds = new Words();
  const words = new Words();
  const kindOf = ({ state, reason, place, wakerPlace }: StayKind) =>
    kinds.numberOf([state, ...[reason, place, wakerPlace].map((word) => words.numberOf(word))].join());
  const entries: number[] = [];
  for (const row of rows) {
    const count = entries.push(0) - 1;
    const merged = new Merged(cut);
    const put = (...values: number[]) => {
      entries.push(...values);
      entries[count]++;
    };
    const flush = () => {
      if (merged.count > 0) put(...merged.values());
      merged.clear();
    };
    for (const stay of staysOf(row, stays)) {
      const length = stay.end - stay.begin;
      const values = () => [kindOf(stay) + 1, length, stay.waker + 1];
      if (length >= shortest) {
        flush();
        put(...values());
      } else if (merged.add(stay.state, length, values)) flush();
    }
    flush();
  }
  writeWords(to, words.list);
  to.uint(kinds.list.length);
  for (const kind of kinds.list) for (const value of kind.split(",")) to.uint(Number(value));
  to.uint(shortest);
  for (const value of entries) to.uint(value);
}

/** Adds up short stays. */
class Merged {
  count = 0;
  private length = 0;
  private readonly times = new Float64Array(STATES.length);
  private single: number[] = [];

  constructor(private readonly cut: number) {}

  /** @param values what to write if it remains the only one @returns whether this is long enough to be written */
  add(state: number, length: number, values: () => number[]): boolean {
    if (this.count++ === 0) this.single = values();
    this.times[state] += length;
    this.length += length;
    return this.length >= this.cut;
  }

  values(): number[] {
    if (this.count === 1) return this.single;
    const used = STATES.flatMap((_, state) => (this.times[state] > 0 ? [state, this.times[state]] : []));
    return [0, this.count, used.length / 2, ...used];
  }

  clear(): void {
    this.count = 0;
    this.length = 0;
    this.times.fill(0);
  }
}

type OneStay = StayKind & Pick<StayCursor, "begin" | "end" | "waker">;

/** The stays within a row, in whole nanoseconds; `unknown` before and after those that the trace has. */
function* staysOf({ goid, start, end }: GoroutineTimeline, stays: Stays): Generator<OneStay> {
  const cursor = stays.cursor();
  const last = Math.max(Math.round(start), Math.round(end));
  let at = Math.round(start);
  const nothing = { state: State.unknown, reason: "", place: "", wakerPlace: "", waker: -1 };
  for (let more = cursor.seek(goid, start); more && cursor.begin < end; more = cursor.next()) {
    const begin = Math.min(last, Math.round(cursor.begin));
    if (begin > at) yield { ...nothing, begin: at, end: begin };
    at = Math.max(at, begin);
    const stop = Math.min(last, Math.round(cursor.end));
    if (stop <= at) continue;
    const { state, reason, place, wakerPlace, waker } = cursor;
    yield { begin: at, end: stop, state, reason, place, wakerPlace, waker };
    at = stop;
  }
  if (last > at) yield { ...nothing, begin: at, end: last };
}

/** The length from which stays are kept one by one, and that at which merged ones are cut. */
function limits(rows: readonly GoroutineTimeline[], stays: Stays, most: number): { shortest: number; cut: number } {
  const counts = new Float64Array(64 * FINE);
  const sums = new Float64Array(64 * FINE);
  for (const row of rows) {
    for (const { begin, end } of staysOf(row, stays)) {
      const level = Math.floor(Math.log2(end - begin) * FINE);
      counts[level]++;
      sums[level] += end - begin;
    }
  }
  let level = counts.length;
  for (let kept = 0; level > 0 && kept + counts[level - 1] <= most; level--) kept += counts[level - 1];
  const short = sums.subarray(0, level).reduce((sum, time) => sum + time, 0);
  return { shortest: level === 0 ? 0 : Math.ceil(2 ** (level / FINE)), cut: short / MAX_CUTS };
}

/** Reads what {@link writeStays} wrote. @param rows the rows of goroutines */
export function readStays(from: ByteReader, rows: readonly { readonly start: number }[]): PageStays {
  const words = readWords(from);
  const word = () => words[from.uint()] ?? "";
  const kinds = Array.from({ length: from.uint() }, () => ({
    state: from.uint(),
    reason: word(),
    place: word(),
    wakerPlace: word(),
  }));
  const shortest = from.uint();
  return { kinds, shortest, rows: rows.map(({ start }) => readRow(from, start)) };
}

function readRow(from: ByteReader, start: number): StayRow {
  const size = from.uint();
  const begin = new Float64Array(size + 1);
  const kind = new Int32Array(size);
  const waker = new Float64Array(size);
  const mixed = new Map<number, MixedStay>();
  begin[0] = start;
  for (let i = 0; i < size; i++) {
    kind[i] = from.uint() - 1;
    let length = 0;
    if (kind[i] >= 0) {
      length = from.uint();
      waker[i] = from.uint() - 1;
    } else {
      waker[i] = -1;
      const count = from.uint();
      const times = new Float64Array(STATES.length);
      for (let left = from.uint(); left > 0; left--) {
        const state = from.uint();
        times[state] = from.uint();
        length += times[state];
      }
      mixed.set(i, { count, times });
    }
    begin[i + 1] = begin[i] + length;
  }
  return { size, begin, kind, waker, mixed };
}
