/**
 * The first pass over a process trace. It counts events, finds the place where records stop making sense, and lists
 * the goroutines that carry no spawn record: for those the builder must look into the stack of the parent goroutine
 * at the time the child began, and to know that time before it passes it, it needs them beforehand.
 */
import { grown, NumberMap } from "../base/columns.js";
import {
  ChunkReader,
  chunkAt,
  Kind,
  type Problem,
  type ProcessTrace,
  RecordDecoder,
  Status,
  truncateTable,
} from "../calltrace/index.js";

/** Goroutines without a spawn record, as columns, in the order in which each slot begins them. */
export class Requests {
  count = 0;
  /** When the goroutine began. */
  time = new Float64Array(16);
  /** Its first function, 0 for none. */
  func = new Uint32Array(16);
  /** Next request for the same parent goroutine, -1 for none. */
  link = new Int32Array(16);
  /** Next request of the same slot, -1 for none. */
  nextOfSlot = new Int32Array(16);
  /** By slot: its first request, -1 for none. */
  firstOfSlot: Int32Array;
  /** By parent goroutine: one of its requests, the head of a list. */
  readonly heads = new NumberMap();
  private readonly lastOfSlot: Int32Array;

  constructor(slots: number) {
    this.firstOfSlot = new Int32Array(slots).fill(-1);
    this.lastOfSlot = new Int32Array(slots).fill(-1);
  }

  add(slot: number, parentGoid: number, time: number): number {
    const request = this.count++;
    this.time = grown(this.time, this.count);
    this.func = grown(this.func, this.count);
    this.link = grown(this.link, this.count);
    this.nextOfSlot = grown(this.nextOfSlot, this.count);
    this.time[request] = time;
    this.link[request] = this.heads.get(parentGoid, -1);
    this.heads.set(parentGoid, request);
    this.nextOfSlot[request] = -1;
    if (this.lastOfSlot[slot] < 0) this.firstOfSlot[slot] = request;
    else this.nextOfSlot[this.lastOfSlot[slot]] = request;
    this.lastOfSlot[slot] = request;
    return request;
  }
}

export interface Survey {
  readonly requests: Requests;
  /** Recorded events: enter, exit and spawn each count 1. */
  readonly events: number;
  readonly goroutines: number;
  /** Time of the last event; 0 without events. */
  readonly last: number;
  readonly problem?: Problem;
}

/** Whether a begin record asks for the parent's stack: it has a parent and no spawn record that could be found. */
export function isRequest(process: ProcessTrace, parentGoid: number, spawnRef: number): boolean {
  return parentGoid !== 0 && (spawnRef === 0 || chunkAt(process.chunks, spawnRef) < 0);
}

/** Reads the whole trace once. A record that cannot be read ends the process's chunk table there. */
export function survey(process: ProcessTrace, progress?: (bytes: number) => void): Survey {
  const { chunks } = process;
  const reader = new ChunkReader(process.source);
  const decoder = new RecordDecoder(process.clock);
  const requests = new Requests(chunks.slots);
  const floor = new Float64Array(chunks.slots);
  /** By slot: the request that waits for its first function. */
  const open = new Int32Array(chunks.slots).fill(-1);
  let events = 0;
  let goroutines = 0;
  let last = 0;
  let problem: Problem | undefined;
  for (let chunk = 0; chunk < chunks.count; chunk++) {
    const slot = chunks.slot[chunk];
    const { window, index } = reader.fetch(chunks.offset[chunk], chunks.size[chunk], true);
    decoder.open(window.u16, index, chunks.size[chunk], floor[slot]);
    do {
      const count = decoder.next();
      events += count;
      if (open[slot] >= 0) open[slot] = firstFunction(decoder, count, requests, open[slot]);
      if (decoder.status !== Status.begin) continue;
      goroutines++;
      const { parentGoid, spawnRef, time } = decoder.begin;
      open[slot] = isRequest(process, parentGoid, spawnRef) ? requests.add(slot, parentGoid, time) : -1;
    } while (decoder.status === Status.more || decoder.status === Status.begin);
    floor[slot] = decoder.latest;
    if (decoder.latest > last) last = decoder.latest;
    if (decoder.status === Status.corrupt) {
      const offset = process.base + chunks.offset[chunk] + decoder.offset;
      // Behind a cut the file ends; the scan has already said so.
      problem =
        process.problem?.message.includes("within a chunk") && chunk === chunks.count - 1
          ? process.problem
          : { offset, message: "what stands here is no record" };
      truncateTable(chunks, chunk, decoder.offset);
      break;
    }
    progress?.(chunks.offset[chunk] + chunks.size[chunk]);
  }
  problem ??= process.problem;
  return { requests, events, goroutines, last, ...(problem === undefined ? {} : { problem }) };
}

function firstFunction(decoder: RecordDecoder, count: number, requests: Requests, request: number): number {
  for (let i = 0; i < count; i++) {
    if (decoder.kind[i] !== Kind.enter) continue;
    requests.func[request] = decoder.id[i];
    return -1;
  }
  return request;
}
