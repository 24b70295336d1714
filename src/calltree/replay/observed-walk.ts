/** A walk in TypeScript that shows all calls to an observer, and may add them up. */
import type { RecordDecoder } from "../../calltrace/index.js";
import { NO_NODE, type NodeTable } from "./nodes.js";
import type { Observer } from "./observer.js";
import { type CountedTime, type Scope, windowOf } from "./scope.js";
import { SlotTable } from "./slots.js";
import { Stacks } from "./stacks.js";
import type { Begun, Walker } from "./walker.js";

/** Receives goroutines one after another, with their calls between `begin` and `end`. */
export interface WalkObserver extends Observer {
  /** @param window in which its calls count */
  begin(begun: Begun, window: CountedTime): void;
  /** @param ref the offset that the goroutine's begin record has as `spawnRef` */
  spawn(goStatement: number, time: number, ref: number): void;
  end(time: number): void;
}

/** All goroutines run on this slot, one after another. */
const SLOT = 0;

export class ObservedWalk implements Walker {
  readonly stacks: Stacks;
  floor = 0;
  private readonly slots: SlotTable;
  private base = 0;

  /**
   * @param nodes the paths of the process
   * @param counts whether to add up there what counts
   */
  constructor(
    nodes: NodeTable,
    scope: Scope,
    private readonly observer: WalkObserver,
    counts = false,
  ) {
    this.slots = new SlotTable({ slots: 1, first: Int32Array.of(-1) }, windowOf(0, scope));
    const listener = {
      spawn: (_slot: number, _node: number, goStatement: number, at: number, time: number) =>
        observer.spawn(goStatement, time, this.base + at),
      capture: () => undefined,
    };
    this.stacks = new Stacks(nodes, this.slots, listener, { ...scope, observer, counts });
  }

  get isOpen(): boolean {
    return this.slots.top[SLOT] >= 0;
  }

  begin(begun: Begun, omitted: number): void {
    const { slots } = this;
    slots.goid[SLOT] = begun.goid;
    slots.attach[SLOT] = begun.node;
    slots.edge[SLOT] = begun.edge;
    slots.root[SLOT] = NO_NODE;
    slots.omitted[SLOT] = omitted;
    this.observer.begin(begun, this.stacks.open(SLOT, begun.goid));
  }

  run(decoder: RecordDecoder, _chunk: unknown, base: number): number {
    this.base = base;
    const count = decoder.next();
    this.stacks.replay(SLOT, decoder, count);
    if (count > 0) this.floor = decoder.time[count - 1];
    return count;
  }

  end(time: number): void {
    this.stacks.abandon(SLOT, time);
    this.observer.end(time);
  }
}
