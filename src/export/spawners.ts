/**
 * Finds the call that started each goroutine. A goroutine is often walked before its parent, so the answer must come
 * from earlier walks: one that numbers the calls in which go statements ran and, if untraced code started goroutines,
 * one that finds the calls that were open at that time.
 *
 * Memory: 20 to 50 bytes per goroutine.
 */
import { grown, NumberMap } from "../base/columns.js";
import { EdgeKind, type Goroutine, type Recording } from "../calltree/index.js";

/** Numbers calls from 1 on in the order of the walk, which is the same in every walk of a recording. */
export class CallNumbers {
  private latest = 0;
  private stack = new Float64Array(64);
  depth = 0;

  enter(): number {
    this.stack = grown(this.stack, this.depth + 1);
    this.latest++;
    this.stack[this.depth++] = this.latest;
    return this.latest;
  }

  exit(): number {
    return this.stack[--this.depth];
  }

  /** The innermost open call, 0 for none. */
  get open(): number {
    return this.depth === 0 ? 0 : this.stack[this.depth - 1];
  }

  /** The open call at a depth (0 is the outermost). */
  at(depth: number): number {
    return this.stack[depth];
  }
}

/** A growing map from keys to numbers of calls. */
class CallMap {
  private readonly index = new NumberMap();
  private calls = new Float64Array(16);

  get(key: number): number {
    const index = this.index.get(key, -1);
    return index < 0 ? 0 : this.calls[index];
  }

  set(key: number, call: number): void {
    const index = this.index.size;
    this.calls = grown(this.calls, index + 1);
    this.calls[index] = call;
    this.index.set(key, index);
  }
}

/** A goroutine started by untraced code, for which the open call is to be found. */
interface ParentQuery {
  readonly goid: number;
  readonly start: number;
  readonly node: number;
}

/** The calls that started goroutines. */
export class Spawners {
  /** By process: the call by a go statement's `ref`, and by a goroutine's id. */
  private readonly exact: CallMap[] = [];
  private readonly guessed: CallMap[] = [];

  /** The call that started a goroutine; 0 if unknown. */
  of({ process, spawn, goid }: Goroutine): number {
    return (spawn === 0 ? 0 : this.exact[process]?.get(spawn)) || (this.guessed[process]?.get(goid) ?? 0);
  }

  /** Records that the go statement with this `ref` ran in a call. */
  ran(process: number, ref: number, call: number): void {
    this.exact[process] ??= new CallMap();
    this.exact[process].set(ref, call);
  }

  /** Records that a goroutine was started, by untraced code, during a call. */
  found(process: number, goid: number, call: number): void {
    this.guessed[process] ??= new CallMap();
    this.guessed[process].set(goid, call);
  }
}

/** What was found in recordings that are still in use. */
const known = new WeakMap<Recording, Spawners>();

/** Walks a recording, once, to find the calls that started goroutines; yields like a walk. */
export function* findSpawners(recording: Recording): Generator<undefined, Spawners> {
  const spawners = known.get(recording) ?? (yield* walkToSpawners(recording));
  known.set(recording, spawners);
  return spawners;
}

function* walkToSpawners(recording: Recording): Generator<undefined, Spawners> {
  const spawners = new Spawners();
  const { processes } = recording.forest;
  if (!processes.some(({ tree }) => tree.edge.some((kind) => kind !== EdgeKind.call))) return spawners;
  /** By process and parent goroutine: the goroutines started by untraced code on it. */
  const queries = new Map<number, Map<number, ParentQuery[]>>();
  let wanted = false;
  const numbers = new CallNumbers();
  let process = 0;
  yield* recording.walk({
    begin({ process: index, edge, node, goid, parentGoid, start }) {
      process = index;
      if (edge !== EdgeKind.approximate || node === 0) return;
      wanted = true;
      const own = queries.get(process) ?? new Map<number, ParentQuery[]>();
      queries.set(process, own);
      const list = own.get(parentGoid);
      if (list === undefined) own.set(parentGoid, [{ goid, start, node }]);
      else list.push({ goid, start, node });
    },
    enter: () => numbers.enter(),
    exit: () => numbers.exit(),
    spawn(_node, _goStatement, _time, ref) {
      if (numbers.open > 0) spawners.ran(process, ref, numbers.open);
    },
  });
  if (wanted) yield* answer(recording, queries, spawners);
  return spawners;
}

/** For each query, finds the innermost call of the goroutine's parent node that was open when the goroutine began. */
function* answer(
  recording: Recording,
  queries: ReadonlyMap<number, ReadonlyMap<number, ParentQuery[]>>,
  spawners: Spawners,
): Generator<undefined> {
  const numbers = new CallNumbers();
  let nodes = new Int32Array(64);
  let process = 0;
  let list: ParentQuery[] = [];
  const until = (time: number) => {
    for (let last = list.at(-1); last !== undefined && last.start < time; last = list.at(-1)) {
      list.pop();
      for (let at = numbers.depth - 1; at >= 0; at--) {
        if (nodes[at] !== last.node) continue;
        spawners.found(process, last.goid, numbers.at(at));
        break;
      }
    }
  };
  yield* recording.walk({
    begin(goroutine) {
      process = goroutine.process;
      list = queries.get(process)?.get(goroutine.goid) ?? [];
      list.sort((a, b) => b.start - a.start);
    },
    enter(node, time) {
      until(time);
      nodes = grown(nodes, numbers.depth + 1);
      nodes[numbers.depth] = node;
      numbers.enter();
    },
    exit(_node, _start, time) {
      until(time);
      numbers.exit();
    },
    end() {
      list = [];
    },
  });
}
