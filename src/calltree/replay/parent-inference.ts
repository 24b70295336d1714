/**
 * Infers the frame that started a goroutine without a spawn record. The parent goroutine is known, the frame is not: it
 * is taken from the parent's stack at the time when the child began.
 */
import { grown } from "../../base/columns.js";
import type { ProcessTrace } from "../../calltrace/index.js";
import { Enclosing } from "../functions.js";
import type { CallStacks } from "./call-stacks.js";
import { NO_FRAME } from "./frames.js";
import { NO_NODE, ROOT } from "./nodes.js";
import type { Prescan } from "./prescan.js";
import type { SlotTable } from "./slots.js";

/** Called with a query and its answer. */
type Answered = (query: number, node: number) => void;

export class ParentInference {
  private enclosing: Enclosing;
  /** The number of definitions that it knows. */
  private known: number;
  /** By query: the node to attach to, or NO_NODE. */
  private answers: Int32Array<ArrayBuffer>;
  /** The queries whose answer is the frame with the go statement. */
  private readonly certain = new Set<number>();
  /** Called when a goroutine begins on a slot. */
  onBegin: ((slot: number, goid: number) => void) | undefined;
  /** Called before another goroutine takes over a slot at `time`. */
  onBury: ((slot: number, time: number) => void) | undefined;

  constructor(
    private readonly process: Pick<ProcessTrace, "definitions">,
    private readonly prescan: Pick<Prescan, "queries">,
    private readonly slots: SlotTable,
    private readonly stacks: Pick<CallStacks, "hold" | "openNodes" | "functionOf">,
  ) {
    this.enclosing = new Enclosing(process.definitions);
    this.known = process.definitions.size;
    this.answers = new Int32Array(prescan.queries.count).fill(NO_NODE);
  }

  /** The query that belongs to the next begin record of a slot without a spawn record. */
  take(slot: number): number {
    return this.prescan.queries.take(slot);
  }

  /** The goroutine of a query has its place: nobody asks for the answer any more. */
  release(query: number, slot: number): void {
    if (query < this.answers.length) this.answers[query] = NO_NODE;
    this.certain.delete(query);
    this.prescan.queries.release(query, slot);
  }

  /** The node to attach to; NO_NODE if not known yet; the root if no ancestor goroutine is in the trace. */
  find(query: number): number {
    if (this.prescan.queries.asked[query] === 0) return ROOT;
    return query < this.answers.length ? this.answers[query] : NO_NODE;
  }

  /** Whether the node to attach to is a frame of the function with the go statement. */
  isCertain(query: number): boolean {
    return this.certain.has(query);
  }

  /** The goroutine that a query goes to: the nearest ancestor in the trace; 0 for none. */
  asked(query: number): number {
    return this.prescan.queries.asked[query];
  }

  /** Called when a goroutine begins on a slot: collects the queries to it. */
  expect(slot: number, goid: number): void {
    const { slots } = this;
    const { queries } = this.prescan;
    this.onBegin?.(slot, goid);
    slots.capture[slot] = Number.POSITIVE_INFINITY;
    const list = queries.takeTo(goid);
    if (list.length === 0) return;
    list.sort((a, b) => queries.time[b] - queries.time[a]);
    slots.queries.set(slot, list);
    slots.capture[slot] = queries.time[list[list.length - 1]];
  }

  /** Adds a query to the goroutine that has begun on a slot. */
  insert(slot: number, query: number): void {
    const { time } = this.prescan.queries;
    const list = this.slots.queries.get(slot) ?? [];
    // Mostly it is the latest one, which comes first.
    let at = 0;
    while (at < list.length && time[list[at]] > time[query]) at++;
    list.splice(at, 0, query);
    this.slots.queries.set(slot, list);
    this.slots.capture[slot] = time[list[list.length - 1]];
  }

  /** Answers the queries to a slot's goroutine by goroutines that began before `time`; calls `answered` for each. */
  answer(slot: number, time: number, answered: Answered): void {
    this.answerUntil(slot, time, true, answered);
  }

  /** Stores the answer to a query. */
  settle(query: number, node: number): void {
    this.answers = grown(this.answers, query + 1, NO_NODE);
    this.answers[query] = node;
  }

  /** Answers the remaining queries, because another goroutine takes over the slot at `time`. */
  bury(slot: number, time: number, answered: Answered): void {
    this.onBury?.(slot, time);
    this.answerUntil(slot, Number.POSITIVE_INFINITY, false, answered);
  }

  private answerUntil(slot: number, time: number, alive: boolean, answered: Answered): void {
    const { slots } = this;
    const { queries } = this.prescan;
    const list = slots.queries.get(slot);
    if (list === undefined) return;
    let query = list.pop();
    for (; query !== undefined && queries.time[query] < time; query = list.pop()) {
      const node = this.frameAround(slot, query, alive);
      this.stacks.hold(node);
      this.settle(query, node);
      answered(query, node);
    }
    if (query === undefined) slots.queries.delete(slot);
    else list.push(query);
    slots.capture[slot] = query === undefined ? Number.POSITIVE_INFINITY : queries.time[query];
  }

  /**
   * The innermost open frame whose function encloses the goroutine's first function, else the innermost frame: code
   * that lets a library start a goroutine usually blocks on it and is then the innermost frame. If no frame is open:
   * the test, as long as the parent may be waiting for parallel subtests, else the node that the parent itself is
   * attached to.
   *
   * Where the go statement is known, because a snapshot has it, the frame is one of its function; if that returned before the
   * trace reaches, the root.
   */
  private frameAround(slot: number, query: number, alive: boolean): number {
    const { slots } = this;
    const { time, goStatement } = this.prescan.queries;
    if (goStatement[query] > 0) return this.frameWith(goStatement[query], slot, query);
    if (slots.top[slot] === NO_FRAME) {
      // Nothing is known about the parent before its own first event.
      if (time[query] < slots.start[slot]) return ROOT;
      return alive && slots.test[slot] && slots.root[slot] > ROOT ? slots.root[slot] : slots.attach[slot];
    }
    return this.nearestOf(query, this.stacks.openNodes(slot));
  }

  /** The innermost open frame of the function with a go statement, or the root. */
  private frameWith(goStatement: number, slot: number, query: number): number {
    const name = this.process.definitions.get(goStatement)?.name;
    for (const node of this.stacks.openNodes(slot)) {
      if (this.process.definitions.get(this.stacks.functionOf(node))?.name !== name) continue;
      this.certain.add(query);
      return node;
    }
    return ROOT;
  }

  /** Of the nodes of a stack, innermost first, the one around the goroutine of a query. There must be one. */
  nearestOf(query: number, nodes: Iterable<number>): number {
    if (this.known !== this.process.definitions.size) {
      this.enclosing = new Enclosing(this.process.definitions);
      this.known = this.process.definitions.size;
    }
    const around = this.enclosing.of(this.prescan.queries.func[query]);
    let innermost = NO_NODE;
    for (const node of nodes) {
      if (innermost === NO_NODE) innermost = node;
      if (around.size === 0) break;
      if (around.has(this.stacks.functionOf(node))) return node;
    }
    return innermost;
  }
}
