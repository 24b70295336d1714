/** Callers and callees of a function: as sums, and as trees for graphs above and below the function. */
import { EdgeKind, type Paths } from "../data/paths.js";
import type { StateColumns } from "../data/states.js";
import type { FramePlaces, Span } from "../data/totals.js";

/** The calls between a function and another one. */
export interface Relation {
  readonly func: number;
  /** Whether the link is a go statement. */
  readonly go: boolean;
  calls: number;
  /** Time from enter to exit of the callee; of nested calls only the outermost counts. */
  total: number;
  self: number;
}

export interface Relations {
  /** Calls and times are the function's own; `func` is -1 for no traced caller. */
  readonly callers: readonly Relation[];
  readonly callees: readonly Relation[];
}

/** Sums the callers and callees of a function in some spans, most time first. */
export function relationsOf(
  paths: Paths,
  { stack, outer }: FramePlaces,
  spans: readonly Span[],
  func: number,
): Relations {
  const { parent, end, edge } = paths;
  const callers = new Map<string, Relation>();
  const callees = new Map<string, Relation>();
  /** By callee and stack: the end of its latest outermost node. */
  const open = new Map<string, number>();
  const add = (to: Map<string, Relation>, key: string, other: number, node: number, counts: boolean) => {
    let relation = to.get(key);
    if (!relation) {
      relation = { func: other, go: edge[node] !== EdgeKind.call, calls: 0, total: 0, self: 0 };
      to.set(key, relation);
    }
    relation.calls += paths.calls[node];
    relation.self += paths.self[node];
    if (counts) relation.total += paths.total[node];
  };
  for (const [begin, last] of spans) {
    for (let node = begin; node < last; node++) {
      const up = parent[node] <= 0 ? -1 : paths.func[parent[node]];
      const key = `${edge[node] !== EdgeKind.call ? "go " : ""}`;
      if (paths.func[node] === func) add(callers, `${key}${up}`, up, node, outer[node] === 1);
      if (up !== func) continue;
      const callee = `${key}${paths.func[node]}`;
      const here = `${callee} ${stack[node]}`;
      const within = node < (open.get(here) ?? 0);
      if (!within) open.set(here, end[node]);
      add(callees, callee, paths.func[node], node, !within);
    }
  }
  const sorted = (relations: Map<string, Relation>) =>
    [...relations.values()].sort((a, b) => b.total - a.total || b.calls - a.calls);
  return { callers: sorted(callers), callees: sorted(callees) };
}

export interface MergedPaths {
  readonly paths: Paths;
  /** By node: its time in each state. */
  readonly parts: StateColumns | undefined;
}

/**
 * Builds paths by merging others: children of a node that have the same function become one, called and started ones
 * apart.
 */
class Merged {
  private readonly children = new Map<number, number>();
  private readonly columns: {
    parent: number;
    func: number;
    edge: number;
    calls: number;
    total: number;
    self: number;
    parts: number[];
  }[] = [{ parent: -1, func: -1, edge: EdgeKind.call, calls: 0, total: 0, self: 0, parts: [] }];

  /** @param parts by node that is merged: its time in each state */
  constructor(
    private readonly functions: number,
    private readonly parts: StateColumns | undefined,
  ) {}

  child(parent: number, func: number, edge: number): number {
    const key = (parent * this.functions + func) * 2 + (edge === EdgeKind.call ? 0 : 1);
    let node = this.children.get(key);
    if (node === undefined) {
      node = this.columns.push({ parent, func, edge, calls: 0, total: 0, self: 0, parts: [] }) - 1;
      this.children.set(key, node);
    }
    return node;
  }

  /** Adds a path to a node. @param from the path's node, whose time divides into the states */
  add(node: number, from: number, calls: number, total: number, self: number): void {
    const row = this.columns[node];
    row.calls += calls;
    row.total += total;
    row.self += self;
    if (!this.parts) return;
    for (let state = 0; state < this.parts.length; state++) {
      const time = this.parts[state]?.[from] ?? 0;
      if (time !== 0) row.parts[state] = (row.parts[state] ?? 0) + time;
    }
  }

  /** The merged paths in preorder, renumbered. */
  result(): MergedPaths {
    const { columns } = this;
    const size = columns.length;
    const below: number[][] = columns.map(() => []);
    for (let node = 1; node < size; node++) below[columns[node].parent].push(node);
    const paths = {
      size,
      parent: new Int32Array(size).fill(-1),
      end: new Int32Array(size),
      depth: new Uint16Array(size),
      func: new Int32Array(size).fill(-1),
      edge: new Uint8Array(size),
      goStatement: new Int32Array(size).fill(-1),
      calls: new Float64Array(size),
      total: new Float64Array(size),
      self: new Float64Array(size),
      ...{ panics: none, goexits: none, running: none, recovered: none, earlier: none, goroutines: none },
    };
    const parts = this.parts?.map((column) => column && new Float64Array(size));
    const number = new Int32Array(size);
    const stack = [0];
    let at = 0;
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      const row = columns[node];
      number[node] = at;
      paths.func[at] = row.func;
      paths.edge[at] = row.edge;
      paths.calls[at] = row.calls;
      paths.total[at] = row.total;
      paths.self[at] = row.self;
      parts?.forEach((column, state) => {
        if (column) column[at] = row.parts[state] ?? 0;
      });
      if (at > 0) {
        paths.parent[at] = number[row.parent];
        paths.depth[at] = paths.depth[paths.parent[at]] + 1;
      }
      at++;
      for (let i = below[node].length - 1; i >= 0; i--) stack.push(below[node][i]);
    }
    for (let node = size - 1; node > 0; node--) {
      if (paths.end[node] === 0) paths.end[node] = node + 1;
      if (paths.end[paths.parent[node]] === 0) paths.end[paths.parent[node]] = paths.end[node];
    }
    return { paths, parts };
  }
}

const none: ReadonlyMap<number, number> = new Map();

/** A tree of the function and the merged paths below its outermost calls. */
export function calleesOf(
  paths: Paths,
  { outer }: FramePlaces,
  spans: readonly Span[],
  func: number,
  options: { readonly functions: number; readonly goroutines: boolean; readonly parts?: StateColumns | undefined },
): MergedPaths {
  const merged = new Merged(options.functions, options.parts);
  const to = new Int32Array(paths.size);
  for (const node of nodesOf(paths, spans, func, outer)) {
    // A goroutine of the same function beneath this node has its own stack and comes in its own iteration.
    to[node] = merged.child(0, func, EdgeKind.call);
    merged.add(to[node], node, paths.calls[node], paths.total[node], paths.self[node]);
    for (let below = node + 1; below < paths.end[node]; below++) {
      const go = paths.edge[below] !== EdgeKind.call;
      if (go && (!options.goroutines || (outer[below] === 1 && paths.func[below] === func))) {
        below = paths.end[below] - 1;
        continue;
      }
      to[below] = merged.child(to[paths.parent[below]], paths.func[below], paths.edge[below]);
      merged.add(to[below], below, paths.calls[below], paths.total[below], paths.self[below]);
    }
  }
  return merged.result();
}

/**
 * A tree of the function and the merged callers of its outermost calls: depth 1 is the function, depth 2 its callers,
 * and so on. Totals are sums of `value`. A frame that leads to the next one by a go statement has an edge.
 */
export function callersOf(
  paths: Paths,
  { outer }: FramePlaces,
  spans: readonly Span[],
  func: number,
  options: { readonly functions: number; readonly value: Float64Array; readonly parts?: StateColumns | undefined },
): MergedPaths {
  const merged = new Merged(options.functions, options.parts);
  for (const node of nodesOf(paths, spans, func, outer)) {
    const value = options.value[node];
    let below = node;
    let at = merged.child(0, func, EdgeKind.call);
    merged.add(at, node, paths.calls[node], value, 0);
    for (let up = paths.parent[node]; up > 0; up = paths.parent[up]) {
      at = merged.child(at, paths.func[up], paths.edge[below]);
      merged.add(at, node, paths.calls[node], value, 0);
      below = up;
    }
  }
  return merged.result();
}

function* nodesOf(paths: Paths, spans: readonly Span[], func: number, outer: Uint8Array): Generator<number> {
  for (const [begin, end] of spans) {
    for (let node = begin; node < end; node++) if (paths.func[node] === func && outer[node] === 1) yield node;
  }
}
