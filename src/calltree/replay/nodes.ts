/**
 * The nodes of a call tree under construction: growable columns, and a hash from (parent, function, edge) to the node.
 *
 * Node 0 is a root above all goroutines. A node at the depth limit has no children: its callees become its siblings, so
 * that runaway recursion takes a bounded number of nodes and no report is quadratic in the depth.
 */
import { resized } from "../../base/columns.js";
import { ID_LIMIT } from "../../calltrace/index.js";

export const NO_NODE = -1;
export const ROOT = 0;

/**
 * Deepest level of a call tree. JSON nests two values per level, and common readers (Python's json module) fail at
 * about a thousand nested values.
 */
export const DEPTH_LIMIT = 400;

/**
 * The most nodes of a tree. Recursion through several functions can have more distinct call paths than memory has
 * bytes. Calls on paths beyond the limit are counted by function under one node, so no call and no self time is lost.
 * At this limit reports stay below 512 MiB even if each path is a goroutine's.
 */
export const PATH_LIMIT = 3 << 18;

/** Room for nodes beyond the limit: those under {@link OTHER_PATHS}, and those reserved at one time. */
const BEYOND = 1 << 14;

/** From this many nodes on, a table is large: more than a batch of records. */
const LARGE = 1 << 12;

/** Replaces all ids of functions and go statements beyond {@link ID_LIMIT}. */
export const OTHER_IDS = ID_LIMIT + 1;

/** Function id of the node above calls on paths beyond the limit; ids in a trace begin at 1. */
export const OTHER_PATHS = 0;

export class NodeTable {
  count = 1;
  /** The node above calls on paths beyond the limit; NO_NODE while there are none. */
  others = NO_NODE;
  /** Whether a function's id was beyond the limit. */
  hasOtherIds = false;
  private readonly othersByFunction = new Map<number, number>();
  parent = new Int32Array(64);
  /** Function id of the process trace. */
  func = new Uint32Array(64);
  /** 0 for a call, else the number of an edge (kind and go statement) of a started goroutine. */
  edge = new Int32Array(64);
  depth = new Uint16Array(64);
  /** The child that was looked up last. */
  lastChild = new Int32Array(64);
  calls = new Float64Array(64);
  total = new Float64Array(64);
  self = new Float64Array(64);
  first = new Float64Array(64);
  last = new Float64Array(64);
  /**
   * Calls made by the node but counted on children of other nodes; negative if its children count calls made by others.
   */
  displaced = new Float64Array(64);
  /** The same of their times; only for {@link sumSelf}. */
  displacedTime = new Float64Array(64);
  /** Unmerged trees: reference count of children and other reasons to keep the node. */
  holds = new Int32Array(0);
  private table: Int32Array<ArrayBuffer>;
  private freeNode = NO_NODE;
  private free = 0;

  /** @param merged false gives every call a node of its own */
  constructor(
    readonly merged: boolean,
    readonly depthLimit = DEPTH_LIMIT,
    readonly pathLimit = PATH_LIMIT,
  ) {
    this.table = new Int32Array(merged ? 256 : 1);
    this.parent[ROOT] = NO_NODE;
    if (!merged) this.holds = new Int32Array(64);
  }

  /**
   * A table of merged calls with these nodes, in which nothing has been counted.
   *
   * @param columns by node
   */
  static of(
    { parent, func, edge, depth }: Readonly<Record<"parent" | "func" | "edge" | "depth", Int32Array>>,
    {
      depthLimit,
      pathLimit,
      others,
      hasOtherIds,
    }: Pick<NodeTable, "depthLimit" | "pathLimit" | "others" | "hasOtherIds">,
  ): NodeTable {
    const nodes = new NodeTable(true, depthLimit, pathLimit);
    const count = parent.length;
    nodes.count = count;
    // Large ones have room for a batch of records, so that no replay has to copy them.
    nodes.resize(count < LARGE ? count : count + LARGE + 1);
    nodes.parent.set(parent);
    nodes.func.set(func);
    nodes.edge.set(edge);
    nodes.depth.set(depth);
    nodes.first.fill(Number.POSITIVE_INFINITY);
    nodes.rehash();
    nodes.hasOtherIds = hasOtherIds;
    if (others !== NO_NODE) nodes.setOthers(others);
    return nodes;
  }

  /**
   * Replaces all nodes.
   *
   * @param count number of nodes; the caller then fills the columns, which have room for some more
   * @param table the hash of {@link child} for these nodes, which the table keeps
   */
  fill(count: number, table: Int32Array<ArrayBuffer>): void {
    this.count = 1;
    this.reserve(count - 1 + BEYOND);
    this.count = count;
    this.table = table;
  }

  /** Of nodes that were filled in: the one above calls on paths beyond the limit. */
  setOthers(others: number): void {
    this.others = others;
    for (let node = others + 1; node < this.count; node++)
      if (this.parent[node] === others) this.othersByFunction.set(this.func[node], node);
  }

  /** Makes room for `count` more nodes, so that adding them reallocates no column. */
  reserve(count: number): void {
    const need = this.count + count + 1;
    if (need <= this.parent.length) return;
    // Grow by half, but not beyond the limit: columns of a million nodes are large.
    const most = this.pathLimit + BEYOND;
    this.resize(need > most ? Math.ceil(need * 1.5) : Math.min(most, Math.ceil(need * 1.5)));
  }

  private resize(length: number): void {
    this.parent = resized(this.parent, length);
    this.func = resized(this.func, length);
    this.edge = resized(this.edge, length);
    this.depth = resized(this.depth, length);
    this.lastChild = resized(this.lastChild, length);
    this.calls = resized(this.calls, length);
    this.total = resized(this.total, length);
    this.self = resized(this.self, length);
    this.first = resized(this.first, length);
    this.last = resized(this.last, length);
    this.displaced = resized(this.displaced, length);
    this.displacedTime = resized(this.displacedTime, length);
    if (!this.merged) this.holds = resized(this.holds, length);
  }

  /** Finds or adds the node for a call of function `id` under `parent`. There must be room for it. */
  child(parent: number, id: number, edge: number): number {
    const func = id > ID_LIMIT ? OTHER_IDS : id;
    if (func === OTHER_IDS) this.hasOtherIds = true;
    const above = this.depth[parent] === this.depthLimit ? this.parent[parent] : parent;
    if (above === this.others && above !== NO_NODE) return this.other(func);
    if (!this.merged) return this.isFull() ? this.other(func) : this.add(above, func, edge);
    const { table } = this;
    const mask = table.length - 1;
    let place = hash(above, func, edge) & mask;
    for (let node = table[place]; node !== 0; node = table[place]) {
      if (this.parent[node] === above && this.func[node] === func && this.edge[node] === edge) {
        this.lastChild[above] = node;
        return node;
      }
      place = (place + 1) & mask;
    }
    if (this.isFull()) return this.other(func);
    const node = this.add(above, func, edge);
    table[place] = node;
    this.lastChild[above] = node;
    if (this.count * 2 > table.length) this.rehash();
    return node;
  }

  /** Records that a call of `caller` is counted on a child of `instead`. */
  displace(caller: number, instead: number, duration: number): void {
    this.displaced[caller]++;
    this.displaced[instead]--;
    this.displaceTime(caller, instead, duration);
  }

  displaceTime(caller: number, instead: number, duration: number): void {
    this.displacedTime[caller] += duration;
    this.displacedTime[instead] -= duration;
  }

  /** Computes the self times, of whole calls: what is not time of callees. */
  sumSelf(): void {
    const { self, total, parent, edge, displacedTime } = this;
    for (let node = 1; node < this.count; node++) self[node] = total[node] - displacedTime[node];
    for (let node = 1; node < this.count; node++) if (edge[node] === 0) self[parent[node]] -= total[node];
    self[ROOT] = 0;
  }

  private isFull(): boolean {
    return this.count >= this.pathLimit && this.freeNode === NO_NODE;
  }

  /**
   * The node for calls of a function on paths beyond the limit. It counts as being at the depth limit, so its callees
   * become its siblings.
   */
  private other(func: number): number {
    if (this.others === NO_NODE) {
      this.others = this.add(ROOT, OTHER_PATHS, 0);
      if (!this.merged) this.holds[this.others] = 1;
    }
    let node = this.othersByFunction.get(func);
    if (node === undefined) {
      node = this.add(this.others, func, 0);
      this.depth[node] = this.depthLimit;
      if (!this.merged) this.holds[node] = 1;
      this.othersByFunction.set(func, node);
    }
    this.lastChild[this.others] = this.merged ? node : 0;
    return node;
  }

  private add(parent: number, func: number, edge: number): number {
    let node = this.freeNode;
    if (node === NO_NODE) node = this.count++;
    else {
      this.freeNode = this.parent[node];
      this.free--;
      this.calls[node] = this.total[node] = this.self[node] = this.last[node] = this.displaced[node] = 0;
    }
    this.parent[node] = parent;
    this.func[node] = func;
    this.edge[node] = edge;
    this.depth[node] = this.depth[parent] + 1;
    this.lastChild[node] = 0;
    this.first[node] = Number.POSITIVE_INFINITY;
    if (!this.merged) {
      this.holds[node] = 0;
      this.holds[parent]++;
    }
    return node;
  }

  /** Unmerged trees: removes a node without children. */
  remove(node: number): void {
    this.holds[this.parent[node]]--;
    this.displaced[this.parent[node]] += 1 + this.displaced[node];
    this.parent[node] = this.freeNode;
    this.holds[node] = FREE;
    this.freeNode = node;
    this.free++;
  }

  /** Unmerged trees: whether nothing keeps the node. */
  isLoose(node: number): boolean {
    return !this.merged && this.holds[node] === 0;
  }

  /** Whether the node was removed and not reused. */
  isFree(node: number): boolean {
    return !this.merged && this.holds[node] === FREE;
  }

  /** Number of nodes without the root. */
  get size(): number {
    return this.count - 1 - this.free;
  }

  private rehash(): void {
    let { length } = this.table;
    while (this.count * 2 > length) length *= 2;
    const table = new Int32Array(length);
    const mask = table.length - 1;
    for (let node = 1; node < this.count; node++) {
      let place = hash(this.parent[node], this.func[node], this.edge[node]) & mask;
      while (table[place] !== 0) place = (place + 1) & mask;
      table[place] = node;
    }
    this.table = table;
  }
}

const FREE = -1;

function hash(parent: number, func: number, edge: number): number {
  let h = Math.imul(parent, 0x9e3779b1) ^ Math.imul(func, 0x85ebca6b) ^ Math.imul(edge, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
