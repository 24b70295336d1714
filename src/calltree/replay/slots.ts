/** The builder's state of each slot (which runs one goroutine at a time), as columns. */
import { resized } from "../../base/columns.js";
import type { Begin, ChunkTable, DecoderState } from "../../calltrace/index.js";
import { EdgeKind, mayServe } from "../tree.js";
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

/** Values of `serves`: requests of a server, which it may pass on to handlers; tests. */
const SERVER = 2;
export const TESTS = 1;

/** Which requests the outermost calls of a goroutine may be, 0 for none. @param test that it runs; "" for none */
export function servesOf(edge: EdgeKind, test: string): number {
  if (test !== "") return TESTS;
  if (mayServe(edge)) return SERVER;
  // Examples run on the main goroutine.
  return edge === EdgeKind.call ? TESTS : 0;
}

export class SlotTable {
  /** Innermost open frame. */
  top = new Int32Array(0);
  /** Outermost open frame. */
  bottom = new Int32Array(0);
  /** The node to which the goroutine's outermost frames are attached, and their edge. */
  attach = new Int32Array(0);
  edge = new Int32Array(0);
  /** See {@link servesOf}. */
  serves = new Uint8Array(0);
  goid = new Float64Array(0);
  /** 1 if the goroutine runs a test whose name is in the trace. */
  test = new Uint8Array(0);
  /** When the goroutine began. */
  start = new Float64Array(0);
  /** Outer frames that are open without a record; see {@link Begin}. */
  omitted = new Uint32Array(0);
  /** Latest time. */
  floor = new Float64Array(0);
  /** The time of the next query to the goroutine. */
  capture = new Float64Array(0);
  /** The first unfinished chunk, -1 for none. */
  chunk = new Int32Array(0);
  /** Node of the goroutine's latest outermost frame. */
  root = new Int32Array(0);
  /** The window in which the goroutine's calls count. */
  from = new Float64Array(0);
  to = new Float64Array(0);
  /** Number of open frames with callees that saw a panic. */
  panicked = new Int32Array(0);
  readonly parked = new Map<number, Parked>();
  /** Where in its chunk a slot goes on, while the trace grows. */
  readonly within = new Map<number, DecoderState>();
  /** Queries to the slot's goroutine, latest first. */
  readonly queries = new Map<number, number[]>();

  /** @param window that of slots whose goroutine is unknown */
  constructor(
    private readonly chunks: Pick<ChunkTable, "slots" | "first">,
    private readonly window: CountedTime,
  ) {
    this.grow();
  }

  /** Makes room for all slots that the table of chunks has now. */
  grow(): void {
    const { slots, first } = this.chunks;
    const { window } = this;
    const before = this.top.length;
    if (slots <= before) return;
    const more = <T extends Parameters<typeof resized>[0]>(column: T, fill: number): T =>
      resized(column, slots).fill(fill, before) as T;
    this.top = more(this.top, NO_FRAME);
    this.bottom = more(this.bottom, NO_FRAME);
    this.attach = more(this.attach, ROOT);
    this.edge = more(this.edge, 0);
    this.serves = more(this.serves, 0);
    this.goid = more(this.goid, 0);
    this.test = more(this.test, 0);
    this.start = more(this.start, 0);
    this.omitted = more(this.omitted, 0);
    this.floor = more(this.floor, 0);
    this.capture = more(this.capture, Number.POSITIVE_INFINITY);
    this.chunk = more(this.chunk, -1);
    this.root = more(this.root, ROOT);
    this.from = more(this.from, window.from);
    this.to = more(this.to, window.to);
    this.panicked = more(this.panicked, 0);
    this.chunk.set(first.subarray(before, slots), before);
  }
}
