/** Builds trees in TypeScript: unmerged ones, and those of a single call. Others are built by the core (core-stacks.ts). */
import { type RecordDecoder, Status } from "../../calltrace/index.js";
import type { CallDurations } from "./call-durations.js";
import type { CallStacks, OpenChunk, TakenNodes } from "./call-stacks.js";
import { CALL_EDGE } from "./edges.js";
import { NO_FRAME } from "./frames.js";
import { NO_NODE, type NodeTable, ROOT } from "./nodes.js";
import type { Listener, StackOptions } from "./observer.js";
import type { Reach } from "./reach.js";
import type { SlotTable } from "./slots.js";
import { Stacks } from "./stacks.js";

export class ColumnStacks extends Stacks implements CallStacks {
  /** @param isWhole whether trees of these could be built by the core: then self times are summed up as there, to the bit */
  constructor(
    nodes: NodeTable,
    slots: SlotTable,
    listener: Listener,
    scope: StackOptions,
    private readonly isWhole: boolean,
    durations?: CallDurations,
  ) {
    super(nodes, slots, listener, scope, durations);
  }

  run(slot: number, decoder: RecordDecoder, _chunk: OpenChunk, reach?: Pick<Reach, "check">): void {
    do {
      const count = decoder.next();
      if (count > 0) reach?.check(slot, decoder.time[0]);
      this.replay(slot, decoder, count);
      if (count > 0) this.slots.floor[slot] = decoder.time[count - 1];
    } while (decoder.status === Status.more);
  }

  functionOf(node: number): number {
    return this.nodes.func[node];
  }

  get hasOtherPaths(): boolean {
    return this.nodes.others !== NO_NODE;
  }

  isDone(func: number): boolean | undefined {
    const { nodes, slots } = this;
    const isCall = (node: number) => nodes.parent[node] === ROOT && nodes.func[node] === func;
    let called: boolean | undefined;
    for (let node = 1; node < nodes.count && !called; node++)
      if (isCall(node) && nodes.edge[node] === CALL_EDGE) called = !this.endings.goexits.has(node);
    const isOpen = (frame: number, slot: number) => slots.top[slot] !== NO_FRAME && isCall(this.frames.node[frame]);
    return called && !slots.bottom.some(isOpen);
  }

  take(): TakenNodes {
    const { nodes, goroutines, goids, durations } = this;
    if (this.isWhole) nodes.sumSelf();
    return { nodes, goroutines, goids, ...(durations === undefined ? {} : { single: durations }) };
  }
}
