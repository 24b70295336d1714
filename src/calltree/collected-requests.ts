/** Requests that were collected while their process was followed, as columns, which can be sent to other threads and stored. */
import type { Ending } from "./ending.js";
import type { PackedDurations } from "./packed-durations.js";

/** The number of slowest requests of a process that are kept. */
export const SLOWEST_KEPT = 1000;

/** Nodes are those of the tree. */
export interface CollectedRequests {
  /** By signature, an index: the durations of the requests. */
  readonly durations: PackedDurations;
  /**
   * By signature: a number of nodes, then these: the outermost one of the requests, and the candidates in the order in which
   * the requests entered them for the last time.
   */
  readonly signatures: Int32Array<ArrayBuffer>;
  /** Nodes whose calls are in the signatures of all requests that made them. */
  readonly candidates: Int32Array<ArrayBuffer>;
  /** The slowest requests, {@link FIELDS} numbers each. */
  readonly slowest: Float64Array<ArrayBuffer>;
  /** How the user named the functions whose calls they are; undefined for calls on goroutines that untraced code started. */
  readonly root?: string;
}

/** One of the slowest requests; times in nanoseconds since the start of the process. */
export interface CollectedRequest {
  readonly signature: number;
  readonly goid: number;
  /** Of its outermost call on its goroutine. */
  readonly number: number;
  readonly start: number;
  readonly duration: number;
  readonly self: number;
  readonly how: Ending;
  /** Traced calls beneath. */
  readonly calls: number;
  /** 1 if it began before `start`, while recording was paused. */
  readonly late: number;
}

const FIELDS = ["signature", "goid", "number", "start", "duration", "self", "how", "calls", "late"] as const;

/** As {@link CollectedRequests} has them. */
export function packRequests(requests: readonly CollectedRequest[]): Float64Array<ArrayBuffer> {
  return Float64Array.from(requests.flatMap((request) => FIELDS.map((field) => request[field])));
}

/** The requests that {@link packRequests} has packed. */
export function* unpackRequests({ slowest }: Pick<CollectedRequests, "slowest">): Generator<CollectedRequest> {
  for (let at = 0; at < slowest.length; at += FIELDS.length) {
    const fields = FIELDS.map((field, i) => [field, slowest[at + i]]);
    yield Object.fromEntries(fields) as unknown as CollectedRequest;
  }
}

/** The nodes of each signature. */
export function signaturesOf({ signatures }: Pick<CollectedRequests, "signatures">): Int32Array[] {
  const all: Int32Array[] = [];
  for (let at = 0; at < signatures.length; at += 1 + signatures[at]) {
    all.push(signatures.subarray(at + 1, at + 1 + signatures[at]));
  }
  return all;
}

/** The same with other numbers of nodes. @param number by node */
export function renumbered(requests: CollectedRequests, number: Int32Array): CollectedRequests {
  const signatures = signaturesOf(requests).flatMap((nodes) => [nodes.length, ...nodes.map((node) => number[node])]);
  return {
    ...requests,
    signatures: Int32Array.from(signatures),
    candidates: requests.candidates.map((node) => number[node]),
  };
}

/** The order of the slowest requests of a process: by their durations, and if these are the same by where they are in the trace. */
export function bySlowness(
  a: Pick<CollectedRequest, "duration" | "start" | "goid" | "number">,
  b: Pick<CollectedRequest, "duration" | "start" | "goid" | "number">,
): number {
  return b.duration - a.duration || a.start - b.start || a.goid - b.goid || a.number - b.number;
}
