/** The part of the core that passes over the records of several chunks at a time (core/skim.ts), for the prescan. */
import { CHUNK_MAX, CONTROL_UNITS, Head, RECORD_UNITS, RECORDS, type RecordMap, Tag } from "../../calltrace/index.js";
import { LanePlace, SkimPlace } from "../codes.js";
import { type CoreExports, instantiate, PAGE, SLACK } from "./core.js";

/** Bytes of the shortest control record. */
const SHORTEST = 6;

/** Chunks that are passed over together. */
export const LANES: number = SkimPlace.lanes;

export class SkimLanes {
  /** The memory that holds the chunks. */
  readonly units: Uint16Array;
  private readonly exports: CoreExports;
  private readonly words: Uint32Array;
  /** By lane: addresses of its chunk and of the list of its control records. */
  private readonly chunks: number[] = [];
  private readonly lists: number[] = [];
  private count = 0;

  constructor() {
    this.exports = instantiate();
    const { exports } = this;
    let end = Math.ceil(exports.base() / SLACK) * SLACK;
    const take = (bytes: number) => {
      const start = end;
      end = Math.ceil((end + bytes) / SLACK) * SLACK;
      return start;
    };
    for (let lane = 0; lane < LANES; lane++) {
      this.chunks.push(take(CHUNK_MAX));
      this.lists.push(take(4 * Math.ceil(CHUNK_MAX / SHORTEST)));
    }
    exports.memory.grow(Math.ceil(Math.max(0, end - exports.memory.buffer.byteLength) / PAGE));
    this.units = new Uint16Array(exports.memory.buffer);
    this.words = new Uint32Array(exports.memory.buffer);
    this.units.fill(SkimPlace.notPlain, exports.plainSizes.value / 2, exports.plainSizes.value / 2 + SkimPlace.tags);
    for (const { tag, bytes } of RECORDS) {
      if (tag !== Tag.control) this.units[exports.plainSizes.value / 2 + tag] = bytes;
    }
    const runs = exports.plainRuns.value / 2;
    for (let tags = 0; tags < SkimPlace.runs; tags++) this.units[runs + tags] = runOf(tags);
    const sizes = new Uint8Array(exports.memory.buffer, exports.controlSizes.value, SkimPlace.types);
    for (let type = 0; type < sizes.length; type++) sizes[type] = CONTROL_UNITS[type] * 2;
  }

  /** Forgets all chunks. */
  clear(): void {
    this.count = 0;
  }

  /**
   * Adds a chunk to the next lane, of which there are {@link LANES}.
   *
   * @param size bytes of the chunk, which begins at byte `index`
   * @param body bytes from its start to the first record
   * @returns bytes from the start of {@link units} to the chunk there
   */
  add(units: Uint16Array, index: number, size: number, body: number): number {
    const lane = this.count++;
    const start = this.chunks[lane];
    this.units.set(units.subarray(index / 2, (index + size) / 2), start / 2);
    this.set(lane, LanePlace.at, start + body);
    this.set(lane, LanePlace.end, start + (size & ~1));
    this.set(lane, LanePlace.list, this.lists[lane]);
    this.set(lane, LanePlace.listed, 0);
    this.set(lane, LanePlace.plain, 0);
    this.set(lane, LanePlace.start, start);
    this.set(lane, LanePlace.done, 0);
    return start;
  }

  /** Passes over the chunks; their maps are valid until the next time. */
  skim(): RecordMap[] {
    this.exports.skim(this.count);
    return Array.from({ length: this.count }, (_, lane): RecordMap => {
      const count = this.get(lane, LanePlace.listed);
      const list = this.lists[lane] / 4;
      return {
        controls: this.words.subarray(list, list + count),
        count,
        plain: this.get(lane, LanePlace.plain),
        end: this.get(lane, LanePlace.at) - this.get(lane, LanePlace.start),
      };
    });
  }

  private set(lane: number, place: LanePlace, value: number): void {
    this.words[(this.exports.lanes.value + lane * LanePlace.size + place) / 4] = value;
  }

  private get(lane: number, place: LanePlace): number {
    return this.words[(this.exports.lanes.value + lane * LanePlace.size + place) / 4];
  }
}

/** See plainRuns. */
function runOf(tags: number): number {
  let units = 0;
  let count = 0;
  while (units < 4) {
    const size = RECORD_UNITS[(tags >>> (3 * units)) & Head.tagMask];
    if (size === 0) break;
    units += size;
    count++;
  }
  return count === 0 ? SkimPlace.notPlain : (units * 2) | (count << 8);
}
