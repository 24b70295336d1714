/**
 * What shares tell one another: the nodes of calls that started goroutines, spawn records, and answers to queries. A share has
 * numbers of its own for nodes, so each node is described before it is named, by its parent, function and edge.
 */
import { grown } from "../../base/columns.js";
import type { TreeBuilder } from "../replay/builder.js";
import type { Core } from "../replay/core.js";
import { callOf, nodeOf } from "../replay/core-nodes.js";
import type { OtherShares } from "../replay/reach.js";
import type { Spawn } from "../replay/spawns.js";
import type { EdgeKind } from "../tree.js";
import type { Board, Receiver } from "./board.js";
import type { SharedTrace } from "./shared-trace.js";

enum Message {
  node,
  spawn,
  answer,
}

/**
 * Where a trace has more and more paths, their number grows about as the square root of what was read; measured on traces of
 * programs that parse, and on generated ones. This is relied on from this part (1 of EARLY) of a share on.
 */
const EARLY = 64;

export class Messages implements OtherShares {
  /** By own node: 1 if it was described. */
  private described = Uint8Array.of(1);
  /** By share, by its node: the own one. */
  private readonly nodes: Int32Array<ArrayBuffer>[];

  /** Of which slots spawn records came. */
  private readonly spawners = new Set<number>();
  private readonly message = new Int32Array(7);

  /** Bytes of the share, and how many of them were replayed. */
  private readonly size: number;
  private done = 0;

  constructor(
    private readonly trace: Pick<SharedTrace, "chunks" | "owners" | "shares" | "most">,
    private readonly own: number,
    private readonly board: Board,
  ) {
    this.nodes = Array.from({ length: trace.shares }, () => new Int32Array(64));
    const { count, slot, size } = trace.chunks;
    this.size = size.subarray(0, count).reduce((sum, size, chunk) => sum + (this.owns(slot[chunk]) ? size : 0), 0);
  }

  /** Set as soon as they exist, before anything is replayed. */
  builder!: Pick<TreeBuilder, "edges" | "spawns" | "parents" | "parkedSlots" | "wake">;
  core!: Core;

  owns(slot: number): boolean {
    return this.trace.owners[slot] === this.own;
  }

  spawned(chunk: number, at: number, { node, goStatement, goid }: Spawn): void {
    const { message } = this;
    this.describe(node);
    message[0] = Message.spawn;
    message[1] = chunk;
    message[2] = at;
    message[3] = node;
    message[4] = goStatement;
    message[5] = goid;
    message[6] = Math.floor(goid / 2 ** 32);
    this.board.send(message, 7);
  }

  answered(query: number, node: number): void {
    this.describe(node);
    this.board.send([Message.answer, query, node], 3);
  }

  replayed(chunk: number): boolean {
    const { board, size } = this;
    this.done += this.trace.chunks.size[chunk];
    const { value } = this.core.exports.count;
    // Not how many there are now, so that not much was read in vain.
    const expected = this.done * EARLY < size ? value : value * Math.sqrt(size / this.done);
    if (board.expect(expected) > this.trace.most) board.fail();
    return !board.hasFailed;
  }

  /** Sends and takes in what there is. @returns whether there was anything */
  exchange(): boolean {
    const hasMoved = this.board.exchange(this.take);
    for (const slot of this.spawners) this.builder.wake(slot);
    this.spawners.clear();
    return hasMoved;
  }

  private readonly take: Receiver = (from, words, at, length) => {
    const nodes = this.nodes[from];
    if (words[at] === Message.node) this.takeNode(from, words.subarray(at, at + length));
    else if (words[at] === Message.answer) {
      this.builder.parents.settle(words[at + 1], nodes[words[at + 2]]);
      this.builder.parkedSlots.answered(words[at + 1]);
    } else {
      const { offset, slot } = this.trace.chunks;
      const chunk = words[at + 1];
      const node = nodes[words[at + 3]];
      const goid = words[at + 6] * 2 ** 32 + (words[at + 5] >>> 0);
      // Those of a chunk come in order.
      this.builder.spawns.add(
        chunk,
        offset[chunk] + words[at + 2],
        { node, goStatement: words[at + 4] >>> 0, goid },
        0,
      );
      this.spawners.add(slot[chunk]);
    }
  };

  private describe(node: number): void {
    if (this.described[node] === 1) return;
    this.described = grown(this.described, node + 1);
    this.described[node] = 1;
    const { parent, func, edge } = callOf(this.core, node);
    this.describe(parent);
    const { kind, goStatement, test } = this.builder.edges.list[edge];
    const letters = Array.from(test, (_, i) => test.charCodeAt(i));
    const message = [Message.node, node, parent, func, kind, goStatement, ...letters];
    this.board.send(message, message.length);
  }

  private takeNode(from: number, [, node, parent, func, kind, goStatement, ...letters]: Int32Array): void {
    const edge = this.builder.edges.number(kind as EdgeKind, goStatement >>> 0, String.fromCharCode(...letters));
    const nodes = grown(this.nodes[from], node + 1);
    nodes[node] = nodeOf(this.core, { parent: nodes[parent], func: func >>> 0, edge });
    this.nodes[from] = nodes;
  }
}
