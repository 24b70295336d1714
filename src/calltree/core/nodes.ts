/** The nodes of a merged tree: those of NodeTable (replay/nodes.ts), with all that an event needs in one cache line. */
import { NodeMark, NodePlace, TABLE_INDEX } from "../codes";

/** Fields as in NodePlace. */
@unmanaged
export class Node {
  calls: f64;
  total: f64;
  first: f64;
  last: f64;
  parent: Node | null;
  /** 0 for a call, else the number of an edge. */
  edge: i32;
  func: u32;
  depth: u16;
  mark: u16;
  /** Of the two functions that were looked up last for calls of them in ones of this node: the node (null for none), and the id. */
  callee: Node | null;
  calleeId: u32;
  before: Node | null;
  beforeId: u32;
}

/** Address of the root, from which on the nodes lie. */
let nodes: usize = 0;
/**
 * Address of the hash from (parent, function, edge) to a node's index, 32 bits each; 0 for none. An entry also has bits of
 * the hash (TABLE_INDEX), so that few other nodes are looked at.
 */
let table: usize = 0;
/**
 * Addresses of columns by node, 64 bits each: see NodeTable.displaced; of the goroutines with the node as an outermost
 * frame, the number, the greatest id plus 1, and the serial number of the latest one.
 */
let displaced: usize = 0;
let displacedTime: usize = 0;
let goroutines: usize = 0;
let goids: usize = 0;
let latest: usize = 0;
let mask: u32 = 0;
let pathLimit: u32 = 0;
let idLimit: u32 = 0;
/** The node above calls on paths beyond the limit; 0 for none. */
let others: usize = 0;
/** Address of a table by function, 8 bits: not 0 if its calls are requests; 0 for no table. */
let roots: usize = 0;

export let count: u32 = 1;
let depthLimit: u32 = 0;
export let hasOtherIds: bool = false;

const FIRST_TABLE: u32 = 256;

/** A table of calls that were looked up lately: function, caller, and node, 64 bits for the first two. */
const RECENT_SIZE: usize = 16;
const RECENT: usize = (1 << 14) * RECENT_SIZE;
export const recent: usize = memory.data(<i32>RECENT, 64);

/** Where in that table a call would be. */
export function recentAt(caller: usize, id: u32): usize {
  return ((caller << 1) + ((<usize>id) << 4)) & (RECENT - RECENT_SIZE);
}

export function recentKey(caller: usize, id: u32): u64 {
  return <u64>caller | ((<u64>id) << 32);
}

/** Empties the tree. All memory that is handed over must be zero. */
export function setTree(root: usize, hash: usize): void {
  nodes = root;
  table = hash;
  mask = FIRST_TABLE - 1;
  if (count > 1) memory.fill(recent, 0, RECENT);
  count = 1;
  others = 0;
  hasOtherIds = false;
  // No node lies at 0. What an enter would add to a node goes there.
  store<f64>(0, -Infinity, NodePlace.first);
}

/** Adds nodes that the host has written behind the root to an empty tree. @param othersAt see {@link otherPaths} */
export function adoptNodes(all: u32, othersAt: usize, otherIds: bool): void {
  count = all;
  others = othersAt;
  hasOtherIds = otherIds;
  while (count * 2 > mask + 1) mask = mask * 2 + 1;
  for (let index: u32 = 1; index < count; index++) if (changetype<usize>(nodeAt(index)) !== others) insert(index);
}

/** Sets the columns by node, whose values must be zero. */
export function setColumns(
  displacedAt: usize,
  displacedTimeAt: usize,
  goroutinesAt: usize,
  goidsAt: usize,
  latestAt: usize,
): void {
  displaced = displacedAt;
  displacedTime = displacedTimeAt;
  goroutines = goroutinesAt;
  goids = goidsAt;
  latest = latestAt;
}

/** @param ids the greatest id of a function */
export function setLimits(depth: u32, paths: u32, ids: u32): void {
  depthLimit = depth;
  pathLimit = paths;
  idLimit = ids;
}

export function setRoots(table: usize): void {
  roots = table;
}

export function otherPaths(): usize {
  return others;
}

export function tableSize(): u32 {
  return mask + 1;
}

export function indexOf(node: Node | null): u32 {
  return <u32>(changetype<usize>(node) - nodes) / NodePlace.size;
}

function nodeAt(index: u32): Node {
  return changetype<Node>(nodes + <usize>index * NodePlace.size);
}

/** Finds or adds the node for a call in one of `caller`. */
export function callee(caller: Node, id: u32): Node {
  const at = recent + recentAt(changetype<usize>(caller), id);
  const key = recentKey(changetype<usize>(caller), id);
  if (load<u64>(at) === key) return changetype<Node>(<usize>load<u32>(at, 8));
  const node = own(caller, id);
  // What is marked is part of a request.
  if ((node.mark & (NodeMark.candidate | NodeMark.root)) !== 0) return node;
  store<u64>(at, key);
  store<u32>(at, <u32>changetype<usize>(node), 8);
  return node;
}

/** The same by what the caller's node has. The table of all nodes does not fit in any cache. */
function own(caller: Node, id: u32): Node {
  const last = caller.callee;
  if (last !== null && caller.calleeId === id) return last;
  const before = caller.before;
  const node = before !== null && caller.beforeId === id ? before : child(caller, id, 0);
  caller.before = last;
  caller.beforeId = caller.calleeId;
  caller.callee = node;
  caller.calleeId = id;
  return node;
}

/** Finds or adds the node for a call of function `id` under `parent`. */
export function child(parent: Node, id: u32, edge: i32): Node {
  let func = id;
  if (id > idLimit) {
    func = idLimit + 1;
    hasOtherIds = true;
  }
  const above = <u32>parent.depth === depthLimit ? changetype<Node>(parent.parent) : parent;
  if (others !== 0 && changetype<usize>(above) === others) return other(func);
  const node = find(above, func, edge);
  if (node !== null) return changetype<Node>(node);
  return count >= pathLimit ? other(func) : add(above, func, edge);
}

/** Records that a call of `caller` is counted on a child of `instead`. */
export function displace(caller: Node, instead: Node | null, duration: f64): void {
  addTo(displaced, caller, 1);
  addTo(displaced, instead, -1);
  addTo(displacedTime, caller, duration);
  addTo(displacedTime, instead, -duration);
}

function addTo(column: usize, node: Node | null, value: f64): void {
  const at = column + ((<usize>indexOf(node)) << 3);
  store<f64>(at, load<f64>(at) + value);
}

/** Counts a goroutine for the node of one of its outermost frames. */
export function countGoroutine(node: Node, goid: f64, serial: f64): void {
  const column = (<usize>indexOf(node)) << 3;
  if (load<f64>(goids + column) < goid + 1) store<f64>(goids + column, goid + 1);
  store<f64>(goroutines + column, load<f64>(goroutines + column) + 1);
  noteGoroutine(node, serial);
}

/** Makes a goroutine the latest that was counted for a node. */
export function noteGoroutine(node: Node, serial: f64): void {
  store<f64>(latest + ((<usize>indexOf(node)) << 3), serial);
}

/** Whether a goroutine was the latest that was counted for a node. */
export function isCounted(node: Node, serial: f64): bool {
  return load<f64>(latest + ((<usize>indexOf(node)) << 3)) === serial;
}

export function isRoot(node: Node): bool {
  return changetype<usize>(node) === nodes;
}

function find(above: Node, func: u32, edge: i32): Node | null {
  const h = hash(indexOf(above), func, edge);
  const marks = h & ~TABLE_INDEX;
  let place = h & mask;
  for (let entry = entryAt(place); entry !== 0; entry = entryAt(place)) {
    if ((entry & ~TABLE_INDEX) === marks) {
      const node = nodeAt(entry & TABLE_INDEX);
      if (node.parent === above && node.func === func && node.edge === edge) return node;
    }
    place = (place + 1) & mask;
  }
  return null;
}

function entryAt(place: u32): u32 {
  return load<u32>(table + ((<usize>place) << 2));
}

/** The node for calls of a function on paths beyond the limit; its callees become its siblings. */
function other(func: u32): Node {
  // Only by way of `others` is its own node found: it is not in the table.
  if (others === 0) others = changetype<usize>(made(nodeAt(0), 0, 0));
  const above = changetype<Node>(others);
  const found = find(above, func, 0);
  if (found !== null) return changetype<Node>(found);
  const node = add(above, func, 0);
  node.depth = <u16>depthLimit;
  return node;
}

function made(parent: Node, func: u32, edge: i32): Node {
  const node = nodeAt(count++);
  node.parent = parent;
  node.func = func;
  node.edge = edge;
  node.depth = parent.depth + 1;
  node.first = Infinity;
  return node;
}

function add(parent: Node, func: u32, edge: i32): Node {
  const node = made(parent, func, edge);
  if (edge === 0 && (parent.mark & NodeMark.chain) !== 0) mark(node, parent);
  if (roots !== 0 && load<u8>(roots + <usize>func) !== 0) node.mark = <u16>(node.mark | NodeMark.root);
  if (count * 2 > mask + 1) {
    memory.fill(table, 0, (<usize>mask + 1) << 2);
    mask = mask * 2 + 1;
    for (let index: u32 = 1; index < count; index++) if (changetype<usize>(nodeAt(index)) !== others) insert(index);
  } else insert(count - 1);
  return node;
}

/**
 * Marks a node beneath one of a chain. A call's callees end before it: if there are fewer calls, not each of its caller made
 * one.
 */
function mark(node: Node, parent: Node): void {
  for (let at = parent; at.edge === 0; ) {
    const above = changetype<Node>(at.parent);
    if (at.calls < above.calls) return;
    at = above;
  }
  const level = (parent.mark & ~(NodeMark.level - 1)) + NodeMark.level;
  const isChain = parent.calls === 0 && level < NodeMark.deepest * NodeMark.level;
  node.mark = <u16>(level | NodeMark.candidate | (isChain ? NodeMark.chain : 0));
}

function insert(index: u32): void {
  const node = nodeAt(index);
  const h = hash(indexOf(node.parent), node.func, node.edge);
  let place = h & mask;
  while (entryAt(place) !== 0) place = (place + 1) & mask;
  store<u32>(table + ((<usize>place) << 2), (h & ~TABLE_INDEX) | index);
}

/** As in NodeTable, which takes the table over. */
function hash(parent: u32, func: u32, edge: i32): u32 {
  let h = (parent * 0x9e3779b1) ^ (func * 0x85ebca6b) ^ (<u32>edge * 0xc2b2ae35);
  h ^= h >> 15;
  h *= 0x2c1b3c6d;
  return h ^ (h >> 13);
}
