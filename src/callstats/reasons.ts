/** Why calls waited, in the words of the Go runtime: by call path, by function, and for single calls. */
import {
  type CallForest,
  type CallTree,
  EdgeKind,
  type ProcessTree,
  type Recording,
  State,
  type Stays,
} from "../calltree/index.js";
import type { CallRecord } from "./listing.js";

/** Times in nanoseconds by state, an index into STATES, and by reason in it. */
export type Reasons = ReadonlyMap<number, ReadonlyMap<string, number>>;
type Sums = Map<number, Map<string, number>>;

/** What of self and total times has a reason; undefined if nothing has. */
export interface ReasonSums {
  readonly self: Reasons | undefined;
  readonly total: Reasons | undefined;
}

function add(sums: Sums, state: number, reason: string, time: number): void {
  const times = sums.get(state) ?? new Map<string, number>();
  sums.set(state, times);
  times.set(reason, (times.get(reason) ?? 0) + time);
}

function addAll(sums: Sums, others: Reasons | undefined): Sums {
  for (const [state, times] of others ?? []) for (const [reason, time] of times) add(sums, state, reason, time);
  return sums;
}

/** The reasons of a tree's nodes, as functions of the node; undefined where they were not asked for. */
export function reasonsByNode(tree: CallTree): ((node: number) => ReasonSums) | undefined {
  if (tree.blame === undefined) return undefined;
  const self = new Map<number, Sums>();
  const total = new Map<number, Sums>();
  const addAt = (sums: Map<number, Sums>, node: number, state: number, reason: string, time: number) => {
    if (time === 0) return;
    const known = sums.get(node) ?? new Map();
    sums.set(node, known);
    add(known, state, reason, time);
  };
  for (const one of tree.blame.reasons) {
    addAt(self, one.node, one.state, one.reason, one.self);
    addAt(total, one.node, one.state, one.reason, one.total);
  }
  return (node) => ({ self: self.get(node), total: total.get(node) });
}

/** Reasons of a function, and how long the world was stopped while it was called; as for single calls. */
export interface FunctionReasons extends ReasonSums {
  readonly stopped: number;
}

/** The reasons of functions by name. Recursion counts once in the total. */
export function reasonsByFunction(
  { functions }: Pick<CallForest, "functions">,
  processes: readonly Pick<ProcessTree, "tree">[],
): ReadonlyMap<string, FunctionReasons> {
  const sums = new Map<string, { readonly self: Sums; readonly total: Sums; stopped: number }>();
  for (const { tree } of processes) {
    const reasonsOf = reasonsByNode(tree);
    if (reasonsOf === undefined) continue;
    for (let node = 1; node < tree.size; node++) {
      const { self, total } = reasonsOf(node);
      const stopped = tree.blame?.stopped.get(node) ?? 0;
      if (total === undefined && stopped === 0) continue;
      const { name } = functions[tree.func[node]];
      const known = sums.get(name) ?? { self: new Map(), total: new Map(), stopped: 0 };
      sums.set(name, known);
      addAll(known.self, self);
      if (isRecursive(tree, node)) continue;
      addAll(known.total, total);
      known.stopped += stopped;
    }
  }
  return sums;
}

/** Whether a call of the node is within another call of its function on the same goroutine. */
function isRecursive({ func, parent, edge }: CallTree, node: number): boolean {
  for (let at = node; edge[at] === EdgeKind.call && parent[at] > 0; at = parent[at]) {
    if (func[parent[at]] === func[node]) return true;
  }
  return false;
}

/** What is known of the waits of a single call. */
export interface CallWaits {
  readonly reasons: Reasons;
  /** How long the runtime had stopped the world meanwhile, nanoseconds; an overlap, no part of its time. */
  readonly stopped: number;
}

/** Why a single call waited; undefined where that is not known. */
export function waitsOfCall(
  recording: Pick<Recording, "staysOf">,
  { process, goroutine, start, duration }: Pick<CallRecord, "process" | "goroutine" | "start" | "duration">,
): CallWaits | undefined {
  const stays = recording.staysOf(process);
  if (stays === undefined) return undefined;
  const end = start + duration;
  return { reasons: reasonsWithin(stays, goroutine, start, end), stopped: stays.stoppedWithin(start, end) };
}

/** States whose reason is not why the goroutine waits. */
const NOT_WAITING: ReadonlySet<number> = new Set([State.running, State.runnable, State.unknown]);

/** The reasons of what a goroutine waited for between two times. */
function reasonsWithin(stays: Stays, goid: number, from: number, to: number): Reasons {
  const sums: Sums = new Map();
  const cursor = stays.cursor();
  for (let more = cursor.seek(goid, from); more && cursor.begin < to; more = cursor.next()) {
    const { state, reason, begin, end } = cursor;
    if (NOT_WAITING.has(state) || reason === "") continue;
    add(sums, state, reason, Math.min(end, to) - Math.max(begin, from));
  }
  return sums;
}
