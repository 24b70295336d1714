/**
 * The first pass over a process trace. It counts events, finds where records become unreadable, and lists the
 * goroutines without a spawn record: for these the builder looks into the parent's stack at the time when the child
 * began, so it needs that time before its replay of the parent passes it. The builder also needs the set of goroutines
 * in the trace: it must not wait for a parent that has no records.
 */
import { grown, NumberMap, NumberSet } from "../../base/columns.js";
import {
  ChunkReader,
  chunkAt,
  Kind,
  type Problem,
  type ProcessTrace,
  RecordDecoder,
  Skimmer,
  Status,
  truncateTable,
} from "../../calltrace/index.js";

/** Queries for the frame that started a goroutine without a spawn record, as columns, in the order in which each slot begins them. */
class ParentQueries {
  count = 0;
  /** When the goroutine began. */
  time = new Float64Array(16);
  /** Its first function, 0 for none. */
  func = new Uint32Array(16);
  /** The goroutine that the query goes to: the nearest ancestor that is in the trace; 0 for none. */
  asked = new Float64Array(16);
  /** Next query to the same goroutine, -1 for none. */
  link = new Int32Array(16);
  /** Next query of the same slot, -1 for none. */
  nextOfSlot = new Int32Array(16);
  /** By slot: its first query, -1 for none. */
  firstOfSlot: Int32Array;
  /** By goroutine: one of the queries to it, the head of a list. */
  readonly heads = new NumberMap();
  private readonly lastOfSlot: Int32Array;

  constructor(slots: number) {
    this.firstOfSlot = new Int32Array(slots).fill(-1);
    this.lastOfSlot = new Int32Array(slots).fill(-1);
  }

  add(slot: number, parentGoid: number, time: number): number {
    const query = this.count++;
    this.time = grown(this.time, this.count);
    this.func = grown(this.func, this.count);
    this.asked = grown(this.asked, this.count);
    this.nextOfSlot = grown(this.nextOfSlot, this.count);
    this.time[query] = time;
    this.asked[query] = parentGoid;
    this.nextOfSlot[query] = -1;
    if (this.lastOfSlot[slot] < 0) this.firstOfSlot[slot] = query;
    else this.nextOfSlot[this.lastOfSlot[slot]] = query;
    this.lastOfSlot[slot] = query;
    return query;
  }

  /**
   * Redirects each query to the nearest ancestor goroutine that is in the trace.
   *
   * @param parents parent by goroutine, for goroutines not in the trace
   */
  address(begun: NumberSet, parents: ReadonlyMap<number, number>): void {
    this.link = new Int32Array(this.count);
    const found = new Map<number, number>();
    for (let query = 0; query < this.count; query++) {
      const asked = nearest(this.asked[query], begun, parents, found);
      this.asked[query] = asked;
      if (asked === 0) continue;
      this.link[query] = this.heads.get(asked, -1);
      this.heads.set(asked, query);
    }
  }
}

/** The nearest goroutine from `goid` up that has begun; 0 for none. @param found results so far, by goroutine */
function nearest(
  goid: number,
  begun: NumberSet,
  parents: ReadonlyMap<number, number>,
  found: Map<number, number>,
): number {
  const path: number[] = [];
  let at = goid;
  // A damaged trace may contain a cycle; then the provisional result for a goroutine on the path, 0, is final.
  for (; at !== 0 && !begun.has(at) && !found.has(at); at = parents.get(at) ?? 0) {
    path.push(at);
    found.set(at, 0);
  }
  const answer = found.get(at) ?? at;
  for (const passed of path) found.set(passed, answer);
  return answer;
}

export interface Prescan {
  readonly queries: ParentQueries;
  /** Ids of the goroutines that begin in the trace. */
  readonly begun: NumberSet;
  /** Recorded events: enter, exit and spawn each count 1. */
  readonly events: number;
  readonly goroutines: number;
  readonly problem?: Problem;
}

/** Whether a begin record needs the parent's stack: it has a parent, but its spawn record is missing. */
export function asksForParent(process: ProcessTrace, parentGoid: number, spawnRef: number): boolean {
  return parentGoid !== 0 && (spawnRef === 0 || chunkAt(process.chunks, spawnRef) < 0);
}

/** Reads the whole trace once. A record that cannot be read ends the process's chunk table there. */
export function prescan(process: ProcessTrace, progress?: (bytes: number) => void): Prescan {
  const { chunks } = process;
  const reader = new ChunkReader(process.source);
  const skimmer = new Skimmer();
  const collector = new Collector(process);
  const begun = new NumberSet();
  let events = 0;
  let goroutines = 0;
  let problem = process.problem;
  for (let chunk = 0; chunk < chunks.count; chunk++) {
    const size = chunks.size[chunk];
    const { window, index } = reader.fetch(chunks.offset[chunk], size, true);
    skimmer.open(window.u16, index, size, chunks.body[chunk]);
    let wanted = collector.waits(chunks.slot[chunk]);
    let status = skimmer.next();
    for (; status === Status.begin; status = skimmer.next()) {
      goroutines++;
      begun.add(skimmer.begin.goid);
      wanted ||= asksForParent(process, skimmer.begin.parentGoid, skimmer.begin.spawnRef);
    }
    events += skimmer.events;
    if (wanted) collector.collect(chunk, window.u16, index, size);
    if (status === Status.corrupt) {
      // A truncated chunk may end within a record; then `problem` already reports the truncation.
      if (!process.cut || chunk < chunks.count - 1) {
        const offset = process.base + chunks.offset[chunk] + skimmer.offset;
        problem = { offset, message: "not a valid record" };
      }
      truncateTable(chunks, chunk, skimmer.offset);
      break;
    }
    chunks.filled[chunk] = skimmer.offset;
    progress?.(chunks.offset[chunk] + size);
  }
  collector.queries.address(begun, skimmer.parents);
  return { queries: collector.queries, begun, events, goroutines, ...(problem === undefined ? {} : { problem }) };
}

/** Decodes the chunks that contain queries, for the times and first functions. */
class Collector {
  readonly queries: ParentQueries;
  private decoder: RecordDecoder | undefined;
  /** By slot: the query whose first function is still unknown, -1 for none. */
  private readonly open: Int32Array;

  constructor(private readonly process: ProcessTrace) {
    this.queries = new ParentQueries(process.chunks.slots);
    this.open = new Int32Array(process.chunks.slots).fill(-1);
  }

  waits(slot: number): boolean {
    return this.open[slot] >= 0;
  }

  collect(chunk: number, units: Uint16Array, index: number, size: number): void {
    const { open, queries } = this;
    const { chunks } = this.process;
    const slot = chunks.slot[chunk];
    this.decoder ??= new RecordDecoder(this.process.clock);
    const { decoder } = this;
    decoder.open(units, index, size, 0, chunks.body[chunk]);
    do {
      const count = decoder.next();
      if (open[slot] >= 0) open[slot] = firstFunction(decoder, count, queries, open[slot]);
      if (decoder.status !== Status.begin) continue;
      const { parentGoid, spawnRef, time } = decoder.begin;
      open[slot] = asksForParent(this.process, parentGoid, spawnRef) ? queries.add(slot, parentGoid, time) : -1;
    } while (decoder.status === Status.more || decoder.status === Status.begin);
  }
}

/**
 * Stores the first function of a goroutine if it is in the columns; returns the query while it is unknown, else -1.
 */
function firstFunction(decoder: RecordDecoder, count: number, queries: ParentQueries, query: number): number {
  for (let i = 0; i < count; i++) {
    if (decoder.kind[i] !== Kind.enter) continue;
    queries.func[query] = decoder.id[i];
    return -1;
  }
  return query;
}
