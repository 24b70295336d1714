/** The builder's state of each slot (which runs one goroutine at a time), as columns. */
import type { Begin, ChunkTable, DecoderState } from "../../calltrace/index.js";
import { NO_FRAME } from "./frames.js";
import { ROOT } from "./nodes.js";
import type { CountedTime } from "./scope.js";

/** The begin record that a slot waits at. */
export interface Parked {
  readonly begin: Readonly<Begin>;
  readonly state: DecoderState;
  /** The query it waits for; -1 if it waits for a spawn record. */
  readonly query: number;
}

export class SlotTable {
  /** Innermost open frame. */
  readonly top: Int32Array;
  /** Outermost open frame. */
  readonly bottom: Int32Array;
  /** The node to which the goroutine's outermost frames are attached, and their edge. */
  readonly attach: Int32Array;
  readonly edge: Int32Array;
  readonly goid: Float64Array;
  /** 1 if the goroutine runs a test whose name is in the trace. */
  readonly test: Uint8Array;
  /** When the goroutine began. */
  readonly start: Float64Array;
  /** Latest time. */
  readonly floor: Float64Array;
  /** The time of the next query to the goroutine. */
  readonly capture: Float64Array;
  /** The first unfinished chunk, -1 for none. */
  readonly chunk: Int32Array;
  /** Node of the goroutine's latest outermost frame. */
  readonly root: Int32Array;
  /** The window in which the goroutine's calls count. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Number of open frames with callees that saw a panic. */
  readonly panicked: Int32Array;
  readonly parked = new Map<number, Parked>();
  /** Queries to the slot's goroutine, latest first. */
  readonly queries = new Map<number, number[]>();

  /** @param window that of slots whose goroutine is unknown */
  constructor({ slots, first }: ChunkTable, window: CountedTime) {
    this.top = new Int32Array(slots).fill(NO_FRAME);
    this.bottom = new Int32Array(slots).fill(NO_FRAME);
    this.attach = new Int32Array(slots).fill(ROOT);
    this.edge = new Int32Array(slots);
    this.goid = new Float64Array(slots);
    this.test = new Uint8Array(slots);
    this.start = new Float64Array(slots);
    this.floor = new Float64Array(slots);
    this.capture = new Float64Array(slots).fill(Number.POSITIVE_INFINITY);
    this.chunk = first.slice(0, slots);
    this.root = new Int32Array(slots).fill(ROOT);
    this.from = new Float64Array(slots).fill(window.from);
    this.to = new Float64Array(slots).fill(window.to);
    this.panicked = new Int32Array(slots);
  }
}
