/** Packs and unpacks the requests of a process: their numbers by root function, and when each was and how long it took. */
import type { ByteReader, ByteWriter } from "../../base/varint.js";
import type { Words } from "../../base/word-numbers.js";
import type { RootStats } from "../../callstats/index.js";
import { STATES } from "../../calltree/states.js";
import { type RequestDetail, readDetail, writeDetail } from "./request-detail.js";
import type { SampledRequest } from "./request-sample.js";

/** Stands for the id of a call in a command; only its first occurrence counts. */
export const CALL_ID = "{id}";

const spread = ["count", "p50", "p95", "p99", "max"] as const;

/** The requests of one function; nanoseconds. */
export interface RequestRoot extends Readonly<Record<(typeof spread)[number], number>> {
  readonly func: number;
  /** Mean times by index into STATES of the slowest tenth and of the others; undefined if they cannot be compared. */
  readonly slow: readonly number[] | undefined;
  readonly usual: readonly number[] | undefined;
}

/** Requests by start, in columns; nanoseconds, `start` since the start of the process. */
interface RequestColumns {
  readonly size: number;
  readonly start: Float64Array;
  readonly length: Float64Array;
  /** Index into the roots. */
  readonly root: Int32Array;
  /** An Ending. */
  readonly how: Uint8Array;
  readonly goid: Float64Array;
  readonly number: Float64Array;
}

/** What is packed, as the page has it in JSON. */
export interface PackedRequests {
  readonly kind: "named" | "handlers" | "tests" | "callbacks";
  /** Whether the goroutines of servers were told by guess. */
  readonly guessed: boolean;
  /** All requests, also those that are not in the page. */
  readonly count: number;
  /** What was not kept of them, if single calls were given back while the program ran; then those in the page are the slowest. */
  readonly unkept?: readonly string[];
  /** The texts that the details refer to. */
  readonly words: readonly string[];
  /** Packed: {@link writeRequests}. */
  readonly packed: string;
}

/** The requests of a process, unpacked. */
export interface PageRequests {
  /** Most time first. */
  readonly roots: readonly RequestRoot[];
  readonly columns: RequestColumns;
  /** By index into the columns: the requests that are shown one by one. */
  readonly details: ReadonlyMap<number, RequestDetail>;
}

/** Requests to pack. */
export interface GivenRequests extends Pick<PackedRequests, "kind" | "guessed" | "count" | "unkept"> {
  readonly roots: readonly RootStats[];
  /** By start. */
  readonly requests: readonly SampledRequest[];
  readonly details: ReadonlyMap<SampledRequest, RequestDetail>;
}

/** @param number by node of the tree: its number in the page; not positive if it is not there */
export function writeRequests(to: ByteWriter, given: GivenRequests, words: Words, number: Int32Array): void {
  const { roots, requests, details } = given;
  const rootOf = new Map(roots.map(({ func }, index) => [func, index]));
  to.uint(roots.length);
  for (const root of roots) {
    to.uint(root.func);
    for (const name of spread) to.uint(Math.round(root[name]));
    const compared = root.slow !== undefined && root.usual !== undefined;
    to.uint(compared ? 1 : 0);
    if (compared) for (const time of [...root.slow, ...root.usual]) to.uint(Math.round(time));
  }
  to.uint(requests.length);
  let last = 0;
  for (const { start } of requests) {
    const at = Math.max(last, Math.round(start));
    to.uint(at - last);
    last = at;
  }
  for (const { length } of requests) to.uint(Math.max(0, Math.round(length)));
  for (const { func } of requests) to.uint(rootOf.get(func) ?? 0);
  for (const { how } of requests) to.uint(how);
  for (const { goid } of requests) to.uint(goid);
  for (const { number } of requests) to.uint(number);
  to.uint(details.size);
  for (const [index, request] of requests.entries()) {
    const detail = details.get(request);
    if (detail === undefined) continue;
    to.uint(index);
    writeDetail(to, detail, words, number);
  }
}

/** Reads what {@link writeRequests} wrote. */
export function readRequests(from: ByteReader, words: readonly string[]): PageRequests {
  const times = () => STATES.map(() => from.uint());
  const roots = Array.from({ length: from.uint() }, (): RequestRoot => {
    const func = from.uint();
    const [count, p50, p95, p99, max] = spread.map(() => from.uint());
    const compared = from.uint() === 1;
    const slow = compared ? times() : undefined;
    return { func, count, p50, p95, p99, max, slow, usual: compared ? times() : undefined };
  });
  const size = from.uint();
  const column = <T extends Float64Array | Int32Array | Uint8Array>(into: T): T => {
    for (let i = 0; i < size; i++) into[i] = from.uint();
    return into;
  };
  const start = column(new Float64Array(size));
  for (let i = 1; i < size; i++) start[i] += start[i - 1];
  const columns: RequestColumns = {
    size,
    start,
    length: column(new Float64Array(size)),
    root: column(new Int32Array(size)),
    how: column(new Uint8Array(size)),
    goid: column(new Float64Array(size)),
    number: column(new Float64Array(size)),
  };
  const details = new Map<number, RequestDetail>();
  for (let left = from.uint(); left > 0; left--) {
    const index = from.uint();
    details.set(index, readDetail(from, words));
  }
  return { roots, columns, details };
}
