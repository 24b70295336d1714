/** The nodes of a finished table without what was counted: reports keep them for walks, of thousands of processes. */
import { NodeTable } from "./nodes.js";

/** The nodes of a table that gets no more of them; 16 bytes each. */
export class NodePaths {
  readonly count: number;
  private readonly columns: Int32Array<ArrayBuffer>;
  readonly limits: Pick<NodeTable, "depthLimit" | "pathLimit" | "others" | "hasOtherIds">;

  constructor(table: NodeTable) {
    const { count, parent, func, edge, depth } = table;
    this.count = count;
    this.columns = new Int32Array(4 * count);
    for (const [at, column] of [parent, func, edge, depth].entries()) {
      this.columns.set(column.subarray(0, count), at * count);
    }
    const { depthLimit, pathLimit, others, hasOtherIds } = table;
    this.limits = { depthLimit, pathLimit, others, hasOtherIds };
  }

  /** The node above a node. */
  parent(node: number): number {
    return this.columns[node];
  }

  /** The id of a node's function. */
  func(node: number): number {
    return this.columns[this.count + node] >>> 0;
  }

  /** By node: its parent, the id of its function, 0 for a call or the number of its edge, and its level. */
  get byNode(): Readonly<Record<"parent" | "func" | "edge" | "depth", Int32Array>> {
    const { count, columns } = this;
    const column = (at: number) => columns.subarray(at * count, (at + 1) * count);
    return { parent: column(0), func: column(1), edge: column(2), depth: column(3) };
  }

  /** A table of the same nodes, of merged calls, in which nothing has been counted. */
  table(): NodeTable {
    return NodeTable.of(this.byNode, this.limits);
  }
}
