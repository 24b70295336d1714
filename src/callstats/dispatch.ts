/** Handlers behind middleware: where the outermost call of a request passes it on to one of several functions. */
import { type CallTree, EdgeKind } from "../calltree/index.js";

/** The least share of an outermost call's calls, and of its time, that its handlers must have together. */
const SHARE = 0.8;
/**
 * What is called in a larger share of the calls may be a helper that a panic passed by now and then, such as one that writes
 * the log.
 */
const HELPER = 0.9;

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
    for (const most of [1, HELPER]) {
      const chosen = callees.filter((callee) => calls[callee] < most * calls[at]);
      if (isChoice(tree, at, chosen)) return chosen;
    }
    const next = callees.find((callee) => calls[callee] === calls[at] && total[callee] >= SHARE * total[at]);
    if (next === undefined) return [];
    at = next;
  }
}

/** Whether most calls of a node make one call of these each, and spend their time there. */
function isChoice({ calls, total }: CallTree, node: number, callees: readonly number[]): boolean {
  const sum = (column: ArrayLike<number>) => callees.reduce((all, callee) => all + column[callee], 0);
  const count = sum(calls);
  return (
    callees.length > 1 && count <= calls[node] && count >= SHARE * calls[node] && sum(total) >= SHARE * total[node]
  );
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
  /** By outermost node. */
  private readonly handlers = new Map<number, readonly number[]>();

  constructor(private readonly tree: CallTree) {
    this.isHandler = new Uint8Array(tree.size);
  }

  /** A request begins with an outermost call. */
  begin(node: number): void {
    this.handler = node;
    this.handlersOf(node);
  }

  /** The nodes of the handlers of requests with an outermost node; none if that is the handler itself. */
  handlersOf(node: number): readonly number[] {
    const known = this.handlers.get(node);
    if (known !== undefined) return known;
    const handlers = handlersBelow(this.tree, node);
    this.handlers.set(node, handlers);
    for (const handler of handlers) this.isHandler[handler] = 1;
    return handlers;
  }

  /** A call begins within the request. */
  enter(node: number): void {
    if (this.isHandler[node] === 1) this.handler = node;
  }
}
