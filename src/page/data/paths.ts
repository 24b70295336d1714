/**
 * Packs and unpacks call paths: columns by node in preorder, as variable-length numbers. Derivable columns are not
 * stored: parents and ends follow from depths, totals from self times (up to a stored remainder).
 */
import type { ByteReader, ByteWriter } from "../../base/varint.js";
import type { CallTree } from "../../calltree/index.js";
import { EdgeKind } from "../../calltree/tree.js";

export { EdgeKind } from "../../calltree/tree.js";

const sparse = ["panics", "goexits", "running", "recovered", "earlier", "goroutines"] as const;

/** Merged call paths in preorder: the columns of a call tree that the page reads. */
export type Paths = Pick<
  CallTree,
  | "size"
  | "parent"
  | "end"
  | "depth"
  | "func"
  | "edge"
  | "goStatement"
  | "calls"
  | "total"
  | "self"
  | (typeof sparse)[number]
>;

/**
 * Writes the paths for which `number` is not negative.
 * @param number by node: its number among those written, in the same order; -1 for nodes left out together with their
 * subtrees
 * @param count number of nodes written, including node 0
 */
export function writePaths(to: ByteWriter, paths: Paths, number: Int32Array, count: number): void {
  to.uint(count);
  const nodes: number[] = [];
  for (let node = 1; node < paths.size; node++) if (number[node] > 0) nodes.push(node);
  let depth = 0;
  for (const node of nodes) {
    to.int(paths.depth[node] - depth);
    depth = paths.depth[node];
  }
  for (const node of nodes) to.uint(paths.func[node]);
  for (const node of nodes) to.uint(paths.edge[node]);
  for (const node of nodes) to.uint(paths.goStatement[node] + 1);
  for (const node of nodes) to.uint(paths.calls[node]);
  for (const node of nodes) to.uint(Math.round(paths.self[node]));
  const rest = new Float64Array(paths.size);
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    const total = Math.round(paths.total[node]);
    rest[node] += total - Math.round(paths.self[node]);
    if (paths.edge[node] === EdgeKind.call) rest[paths.parent[node]] -= total;
  }
  for (const node of nodes) to.int(rest[node]);
  for (const name of sparse) {
    const counts = [...paths[name]].filter(([node]) => number[node] > 0).sort(([a], [b]) => a - b);
    to.uint(counts.length);
    let last = 0;
    for (const [node, times] of counts) {
      to.uint(number[node] - last);
      to.uint(times);
      last = number[node];
    }
  }
}

/** Reads what {@link writePaths} wrote. */
export function readPaths(from: ByteReader): Paths {
  const size = from.uint();
  const parent = new Int32Array(size);
  const end = new Int32Array(size);
  const depth = new Uint16Array(size);
  parent[0] = -1;
  const open = [0];
  for (let node = 1; node < size; node++) {
    depth[node] = depth[node - 1] + from.int();
    for (let level = depth[node]; level < open.length; level++) end[open[level]] = node;
    open.length = depth[node];
    parent[node] = open[depth[node] - 1];
    open.push(node);
  }
  for (const node of open) end[node] = size;
  const column = <T extends Int32Array | Uint8Array | Float64Array>(into: T, shift = 0): T => {
    for (let node = 1; node < size; node++) into[node] = from.uint() + shift;
    return into;
  };
  const func = column(new Int32Array(size).fill(-1));
  const edge = column(new Uint8Array(size));
  const goStatement = column(new Int32Array(size).fill(-1), -1);
  const calls = column(new Float64Array(size));
  const self = column(new Float64Array(size));
  const total = new Float64Array(size);
  for (let node = 1; node < size; node++) total[node] = from.int() + self[node];
  for (let node = size - 1; node > 0; node--) if (edge[node] === EdgeKind.call) total[parent[node]] += total[node];
  total[0] = 0;
  const [panics, goexits, running, recovered, earlier, goroutines] = sparse.map(() => {
    const counts = new Map<number, number>();
    let node = 0;
    for (let left = from.uint(); left > 0; left--) {
      node += from.uint();
      counts.set(node, from.uint());
    }
    return counts;
  });
  return {
    ...{ size, parent, end, depth, func, edge, goStatement, calls, total, self },
    ...{ panics, goexits, running, recovered, earlier, goroutines },
  };
}
