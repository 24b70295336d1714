/**
 * Where each goroutine is attached and who started it, by slot in order of begin: recorded by the first replay, used by
 * later ones.
 */
import { grown } from "../../base/columns.js";

const NONE = -1;

export interface Attachment {
  readonly goid: number;
  readonly node: number;
  readonly edge: number;
  /** The goroutine in the trace that started it, directly or through goroutines that are not; 0 if unknown. */
  readonly starter: number;
}

export class AttachmentTable {
  private count = 0;
  private node = new Int32Array(16);
  private edge = new Int32Array(16);
  private goid = new Float64Array(16);
  private starter = new Float64Array(16);
  private next = new Int32Array(16);
  private first = new Int32Array(0);
  private last = new Int32Array(0);

  constructor(slots: number) {
    this.growTo(slots);
  }

  /** Makes room for more slots. */
  growTo(slots: number): void {
    this.first = grown(this.first, slots, NONE);
    this.last = grown(this.last, slots, NONE);
  }

  /** Attaches the next goroutine of a slot. */
  add(slot: number, { goid, node, edge, starter }: Attachment): void {
    const at = this.count++;
    this.node = grown(this.node, this.count);
    this.edge = grown(this.edge, this.count);
    this.goid = grown(this.goid, this.count);
    this.starter = grown(this.starter, this.count);
    this.next = grown(this.next, this.count);
    this.node[at] = node;
    this.edge[at] = edge;
    this.goid[at] = goid;
    this.starter[at] = starter;
    this.next[at] = NONE;
    if (this.last[slot] === NONE) this.first[slot] = at;
    else this.next[this.last[slot]] = at;
    this.last[slot] = at;
  }

  /** Goroutines of a slot, in order. */
  *of(slot: number): Generator<Attachment> {
    for (let at = this.first[slot]; at !== NONE; at = this.next[at]) {
      yield { goid: this.goid[at], node: this.node[at], edge: this.edge[at], starter: this.starter[at] };
    }
  }

  /** Whether one of the goroutines of a slot is wanted. */
  some(slot: number, isWanted: (goid: number) => boolean): boolean {
    for (let at = this.first[slot]; at !== NONE; at = this.next[at]) if (isWanted(this.goid[at])) return true;
    return false;
  }
}
