/**
 * The first pass over a process trace. It counts events, finds where records become unreadable, and lists the
 * goroutines without a spawn record: for these the builder looks into the parent's stack at the time when the child
 * began, so it needs that time before its replay of the parent passes it. The builder also needs the set of goroutines
 * in the trace: it must not wait for a parent that has no records.
 */
import { NumberSet } from "../../base/columns.js";
import {
  ChunkReader,
  type ChunkTable,
  isEnter,
  MAX_PARENTS,
  type Problem,
  type ProcessTrace,
  RecordDecoder,
  type RecordMap,
  Skimmer,
  Status,
  truncateTable,
} from "../../calltrace/index.js";
import { ParentQueries, type Relied } from "./queries.js";
import { LANES, SkimLanes } from "./skim-lanes.js";
import { asksForParent, dependsOnTime } from "./spawn-chunk.js";

export interface Prescan {
  readonly queries: ParentQueries;
  /** Ids of the goroutines that begin in the trace. */
  readonly begun: NumberSet;
  /** Recorded events: enter, exit and spawn each count 1. */
  readonly events: number;
  readonly goroutines: number;
  readonly problem?: Problem;
}

/**
 * Reads the whole trace once. A record that cannot be read ends the process's chunk table there.
 *
 * @param isPlain does without the core; for comparisons
 */
export function prescan(process: ProcessTrace, progress?: (bytes: number) => void, isPlain = false): Prescan {
  const { chunks } = process;
  const scanner = new Prescanner(process);
  let problem = process.problem;
  const numbers = Array.from({ length: chunks.count }, (_, chunk) => chunk);
  for (const { at, part } of isPlain ? chunksIn(process) : mappedChunks(process, numbers, true)) {
    const { status, end } = scanner.pass(at, part);
    if (status === Status.corrupt) {
      // A truncated chunk may end within a record; then `problem` already reports the truncation.
      if (!process.cut || at < chunks.count - 1) {
        problem = { offset: process.base + chunks.offset[at] + end, message: "not a valid record" };
      }
      truncateTable(chunks, at, end);
      break;
    }
    chunks.filled[at] = end;
    progress?.(chunks.offset[at] + part.size);
  }
  scanner.addressAll();
  const { queries, begun, events, goroutines } = scanner;
  return { queries, begun, events, goroutines, ...(problem === undefined ? {} : { problem }) };
}

/** The chunks of a process, in order. */
function* chunksIn({ chunks, source }: ProcessTrace): Generator<{ readonly at: number; readonly part: ChunkPart }> {
  const reader = new ChunkReader(source);
  for (let at = 0; at < chunks.count; at++) {
    const size = chunks.size[at];
    const { window, index } = reader.fetch(chunks.offset[at], size, true);
    yield { at, part: { units: window.u16, index, size } };
  }
}

/** Chunks with their records mapped. @param onward whether they are all, in order */
export function* mappedChunks(
  { chunks, source }: Pick<ProcessTrace, "chunks" | "source">,
  numbers: Iterable<number>,
  onward: boolean,
): ReturnType<typeof chunksIn> {
  const reader = new ChunkReader(source);
  lanes ??= new SkimLanes();
  let batch: number[] = [];
  for (const chunk of numbers) {
    if (batch.push(chunk) < LANES) continue;
    yield* mapped(lanes, chunks, reader, batch, onward);
    batch = [];
  }
  yield* mapped(lanes, chunks, reader, batch, onward);
}

function* mapped(
  lanes: SkimLanes,
  chunks: ChunkTable,
  reader: ChunkReader,
  batch: readonly number[],
  onward: boolean,
): ReturnType<typeof chunksIn> {
  const { units } = lanes;
  lanes.clear();
  const places = batch.map((chunk) => {
    const { window, index } = reader.fetch(chunks.offset[chunk], chunks.size[chunk], onward);
    return lanes.add(window.u16, index, chunks.size[chunk], chunks.body[chunk]);
  });
  for (const [lane, map] of lanes.skim().entries()) {
    const at = batch[lane];
    yield { at, part: { units, index: places[lane], size: chunks.size[at], map } };
  }
}

let lanes: SkimLanes | undefined;

/** What was found in some slots; it can be sent to another thread. */
export interface PrescanPart extends Pick<Prescan, "events" | "goroutines"> {
  readonly queries: object;
  readonly begun: object;
  readonly parents: ReadonlyMap<number, number>;
}

/** A chunk, or a part of one, in memory. */
export interface ChunkPart {
  readonly units: Uint16Array;
  /** Bytes from the start of that memory to that of the chunk. */
  readonly index: number;
  /** Bytes from the start of the chunk to the end of what is read. */
  readonly size: number;
  /** Bytes from the start of the chunk to the first record to read; what is before it was read earlier. */
  readonly from?: number;
  /** Puts the whole chunk up to `size` into memory; needed with `from`. */
  readonly fill?: () => void;
  /** Chunks from this offset on may exist but are not known yet: the pass ends at a record that refers to one. */
  readonly known?: number;
  /** What is known of its records. */
  readonly map?: RecordMap;
}

/** Takes in the records of a process, one part of a chunk after another. */
export class Prescanner implements Prescan {
  readonly queries: ParentQueries;
  readonly begun = new NumberSet();
  events = 0;
  goroutines = 0;
  /** While the trace grows: how many goroutines have begun of which something relied on that they never would. */
  belied = 0;
  private readonly skimmer = new Skimmer();
  private readonly collector: Collector;
  /** Goroutines whose parents were recorded at the last look. */
  private parents = 0;

  /** @param relied on what addresses of queries rely, if the trace grows */
  constructor(
    private readonly process: Pick<ProcessTrace, "chunks" | "clock">,
    private readonly relied?: Relied,
  ) {
    this.queries = new ParentQueries(process.chunks.slots);
    this.collector = new Collector(process, this.queries);
  }

  /** Makes room for the slots of a trace that has grown. */
  growTo(slots: number): void {
    this.queries.growTo(slots);
  }

  /** @returns why and where it ended, in bytes from the start of the chunk */
  pass(chunk: number, part: ChunkPart): { readonly status: Status; readonly end: number } {
    const { process, skimmer, collector, relied } = this;
    const { units, index, size, known = Number.POSITIVE_INFINITY } = part;
    const { chunks } = process;
    skimmer.open(units, index, size, part.from ?? chunks.body[chunk], part.map);
    let wanted = collector.waits(chunks.slot[chunk]) || dependsOnTime(chunks, chunk);
    // Goroutines begin after the opening of the chunk.
    const ticks = chunks.ring?.opened[chunk] ?? 0;
    let status = skimmer.next();
    let end: number | undefined;
    for (; status === Status.begin; status = skimmer.next()) {
      const { goid, parentGoid, spawnRef } = skimmer.begin;
      if (spawnRef >= known) {
        end = skimmer.beginOffset;
        break;
      }
      this.goroutines++;
      this.begun.add(goid);
      if (relied?.absent.has(goid)) this.belied++;
      wanted ||= asksForParent(chunks, { parentGoid, spawnRef, ticks });
    }
    this.events += skimmer.events;
    end ??= skimmer.offset;
    if (wanted) collector.collect(chunk, { ...part, size: end === skimmer.offset ? size : end });
    return { status, end };
  }

  /** Finds out which goroutines are asked by more queries, until there are `until` of them. @param visit called with each */
  address(until: number, visit: (query: number) => void): void {
    this.queries.address(until, this.begun, this.skimmer.parents, visit, this.relied);
  }

  /** The same for all queries, of a trace that is complete. */
  addressAll(): void {
    const { queries } = this;
    this.address(queries.added, (query) => {
      if (queries.asked[query] !== 0) queries.enlist(query);
    });
  }

  /** What was found, for {@link join}. */
  part(): PrescanPart {
    const { queries, begun, events, goroutines, skimmer } = this;
    return { queries, begun, events, goroutines, parents: skimmer.parents };
  }

  /** Adds what was found in other slots, before queries are addressed. @returns false if the order of the slots matters */
  join({ queries, begun, events, goroutines, parents }: PrescanPart): boolean {
    const own = this.skimmer.parents;
    if (own.size + parents.size > MAX_PARENTS) return false;
    for (const [goid, parent] of parents) {
      if ((own.get(goid) ?? parent) !== parent) return false;
      own.set(goid, parent);
    }
    this.queries.append(ParentQueries.from(queries));
    this.begun.addAll(NumberSet.from(begun));
    this.events += events;
    this.goroutines += goroutines;
    return true;
  }

  /** How many parents have been recorded since the last call of which something relied on that they never would. */
  foundParents(): number {
    const { parents } = this.skimmer;
    if (parents.size === this.parents) return 0;
    this.parents = parents.size;
    const found = [...(this.relied?.orphans ?? [])].filter((orphan) => parents.has(orphan));
    for (const orphan of found) this.relied?.orphans.delete(orphan);
    return found.length;
  }
}

/** Decodes the chunks that contain queries, for the times and first functions. */
class Collector {
  private decoder: RecordDecoder | undefined;

  constructor(
    private readonly process: Pick<ProcessTrace, "chunks" | "clock">,
    private readonly queries: ParentQueries,
  ) {}

  waits(slot: number): boolean {
    return this.queries.unnamed[slot] >= 0;
  }

  collect(chunk: number, { units, index, size, from, fill }: ChunkPart): void {
    const { queries } = this;
    const { unnamed } = queries;
    const { chunks } = this.process;
    const slot = chunks.slot[chunk];
    this.decoder ??= new RecordDecoder(this.process.clock);
    const { decoder } = this;
    const body = chunks.body[chunk];
    if (from === undefined) decoder.open(units, index, size, 0, body);
    else {
      // Times depend on the records before.
      fill?.();
      decoder.open(units, index, from, 0, body);
      do decoder.next();
      while (decoder.status === Status.more || decoder.status === Status.begin);
      const state = decoder.state();
      decoder.open(units, index, size, 0, body);
      decoder.resume(state);
    }
    do {
      const count = decoder.next();
      if (unnamed[slot] >= 0) unnamed[slot] = firstFunction(decoder, count, queries, unnamed[slot]);
      if (decoder.status !== Status.begin) continue;
      unnamed[slot] = asksForParent(chunks, decoder.begin) ? queries.add(slot, decoder.begin) : -1;
    } while (decoder.status === Status.more || decoder.status === Status.begin);
  }
}

/**
 * Stores the first function of a goroutine if it is in the columns; returns the query while it is unknown, else -1.
 */
function firstFunction(decoder: RecordDecoder, count: number, queries: ParentQueries, query: number): number {
  for (let i = 0; i < count; i++) {
    if (!isEnter(decoder.kind[i])) continue;
    queries.func[query] = decoder.id[i];
    return -1;
  }
  return query;
}
