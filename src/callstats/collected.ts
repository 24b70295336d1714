/** Requests that were collected while processes were followed: there may be no single calls to walk. */
import {
  type CallForest,
  type CallTree,
  type CollectedRequests,
  signaturesOf,
  unpackDurations,
  unpackRequests,
} from "../calltree/index.js";
import { Dispatch } from "./dispatch.js";
import type { Candidate } from "./listing.js";
import type { RequestTally } from "./request-tally.js";

/** What cannot be told of the requests of a process because nobody kept it. */
export interface Untold {
  /** Root functions whose requests are not told apart by handler, although there are handlers beneath. */
  readonly unsplit: ReadonlySet<number>;
  /** How many of the slowest requests are known; infinite if all are. */
  readonly slowest: number;
}

/** Which of the collected calls are requests. */
export interface CollectedRoots {
  /** Whether those of an outermost node are. */
  readonly isRoot: (node: number) => boolean;
  /** Whether they may be passed on to handlers. */
  readonly isDispatched: boolean;
  /** Called with each request that is known by itself, in the order in which they began. */
  readonly list: (request: Candidate) => void;
}

/** Adds the requests of a process. */
export function addCollected(
  tally: RequestTally,
  { processes }: CallForest,
  process: number,
  requests: CollectedRequests,
  { isRoot, isDispatched, list }: CollectedRoots,
): Untold {
  const { tree, info } = processes[process];
  const dispatch = new Dispatch(tree);
  const candidates = new Set(requests.candidates);
  const unsplit = new Set<number>();
  const handlers = signaturesOf(requests).map(([root, ...entered]) => {
    if (!isDispatched) return { root, handler: root };
    dispatch.begin(root);
    if (!dispatch.handlersOf(root).every((node) => candidates.has(node))) unsplit.add(tree.func[root]);
    else for (const node of entered) dispatch.enter(node);
    return { root, handler: dispatch.handler };
  });
  let count = 0;
  for (const [signature, durations] of unpackDurations(requests.durations)) {
    const { root, handler } = handlers[signature];
    if (!isRoot(root)) continue;
    tally.addAll(tree.func[handler], durations);
    count += durations.count;
  }
  let slowest = 0;
  const known = [...unpackRequests(requests)].sort((a, b) => a.start - b.start);
  for (const { signature, late, ...request } of known) {
    const { root, handler } = handlers[signature];
    if (!isRoot(root)) continue;
    slowest++;
    const { start, duration } = request;
    const times = { wall: info.startWall + start, time: duration, states: undefined };
    list({ ...request, ...times, isLate: late === 1, process, node: root, handler });
  }
  return { unsplit, slowest: slowest < count ? slowest : Number.POSITIVE_INFINITY };
}

/** Whether all calls of some nodes were collected. */
export function hasAllCalls(tree: CallTree, requests: CollectedRequests, nodes: ReadonlySet<number>): boolean {
  const roots = signaturesOf(requests).map(([root]) => root);
  const missing = new Map([...nodes].map((node) => [node, tree.calls[node]]));
  for (const [signature, { count }] of unpackDurations(requests.durations)) {
    const left = missing.get(roots[signature]);
    if (left !== undefined) missing.set(roots[signature], left - count);
  }
  return [...missing.values()].every((left) => left === 0);
}
