/** Handlers behind middleware: where the outermost call of a request passes it on to one of several functions. */
import { type CallTree, EdgeKind } from "../calltree/index.js";

/** The least share of an outermost call's calls, and of its time, that its handlers must have together. */
const SHARE = 0.8;

/**
 * The nodes of the handlers among which a node chooses: each of its calls makes at most one of theirs, as a router does.
 * Middleware on the way, which calls the next function once for each request, is passed through. Empty where there is no
 * such choice: then the node is the handler itself.
 */
function handlersBelow(tree: CallTree, node: number): readonly number[] {
  const { calls, total } = tree;
  let at = node;
  for (;;) {
    const callees = calleesOf(tree, at);
    const chosen = callees.filter((callee) => calls[callee] < calls[at]);
    const count = chosen.reduce((sum, callee) => sum + calls[callee], 0);
    const time = chosen.reduce((sum, callee) => sum + total[callee], 0);
    const isChoice = chosen.length > 1 && count <= calls[at] && count >= SHARE * calls[at];
    if (isChoice && time >= SHARE * total[at]) return chosen;
    const next = callees.find((callee) => calls[callee] === calls[at] && total[callee] >= SHARE * total[at]);
    if (next === undefined) return [];
    at = next;
  }
}

/** What a node calls on its own goroutine. */
function calleesOf({ end, edge }: CallTree, node: number): number[] {
  const callees: number[] = [];
  for (let child = node + 1; child < end[node]; child = end[child]) {
    if (edge[child] === EdgeKind.call) callees.push(child);
  }
  return callees;
}

/** Follows requests of a process from their outermost calls to their handlers. */
export class Dispatch {
  /** The handler's node of the request that began last; its outermost node while no handler was called. */
  handler = 0;
  private readonly isHandler: Uint8Array;
  private readonly met = new Set<number>();

  constructor(private readonly tree: CallTree) {
    this.isHandler = new Uint8Array(tree.size);
  }

  /** A request begins with an outermost call. */
  begin(node: number): void {
    this.handler = node;
    if (this.met.has(node)) return;
    this.met.add(node);
    for (const handler of handlersBelow(this.tree, node)) this.isHandler[handler] = 1;
  }

  /** A call begins within the request. */
  enter(node: number): void {
    if (this.isHandler[node] === 1) this.handler = node;
  }
}
