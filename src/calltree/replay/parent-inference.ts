/**
 * Infers the frame that started a goroutine without a spawn record. The parent goroutine is known, the frame is not: it
 * is taken from the parent's stack at the time when the child began.
 */
import type { ProcessTrace } from "../../calltrace/index.js";
import { Enclosing } from "../functions.js";
import { NO_FRAME } from "./frames.js";
import { NO_NODE, type NodeTable, ROOT } from "./nodes.js";
import type { Prescan } from "./prescan.js";
import type { SlotTable } from "./slots.js";
import type { Stacks } from "./stacks.js";

export class ParentInference {
  private readonly enclosing: Enclosing;
  /** By request: the node to attach to, or NO_NODE. */
  private readonly answers: Int32Array;
  /** By slot: its next request. */
  private readonly nextOfSlot: Int32Array;

  constructor(
    process: ProcessTrace,
    private readonly prescan: Prescan,
    private readonly slots: SlotTable,
    private readonly nodes: NodeTable,
    private readonly stacks: Stacks,
  ) {
    this.enclosing = new Enclosing(process.definitions);
    this.answers = new Int32Array(prescan.requests.count).fill(NO_NODE);
    this.nextOfSlot = prescan.requests.firstOfSlot.slice();
  }

  /** The request that belongs to the next begin record of a slot without a spawn record. */
  take(slot: number): number {
    const request = this.nextOfSlot[slot];
    this.nextOfSlot[slot] = this.prescan.requests.nextOfSlot[request];
    return request;
  }

  /** The node to attach to; NO_NODE if not known yet; the root if no ancestor goroutine is in the trace. */
  find(request: number): number {
    return this.prescan.requests.asked[request] === 0 ? ROOT : this.answers[request];
  }

  /** Called when a goroutine begins on a slot: collects the requests to it. */
  expect(slot: number, goid: number): void {
    const { slots } = this;
    const { requests } = this.prescan;
    slots.capture[slot] = Number.POSITIVE_INFINITY;
    let request = requests.heads.get(goid, NO_NODE);
    if (request === NO_NODE) return;
    requests.heads.set(goid, NO_NODE);
    const list: number[] = [];
    for (; request !== NO_NODE; request = requests.link[request]) list.push(request);
    list.sort((a, b) => requests.time[b] - requests.time[a]);
    slots.requests.set(slot, list);
    slots.capture[slot] = requests.time[list[list.length - 1]];
  }

  /** Answers the requests to a slot's goroutine by goroutines that began before `time`; calls `answered` for each. */
  answer(slot: number, time: number, answered: (request: number) => void): void {
    this.answerUntil(slot, time, true, answered);
  }

  /** Answers the remaining requests, because another goroutine takes over the slot. */
  bury(slot: number, answered: (request: number) => void): void {
    this.answerUntil(slot, Number.POSITIVE_INFINITY, false, answered);
  }

  private answerUntil(slot: number, time: number, alive: boolean, answered: (request: number) => void): void {
    const { slots } = this;
    const { requests } = this.prescan;
    const list = slots.requests.get(slot);
    if (list === undefined) return;
    let request = list.pop();
    for (; request !== undefined && requests.time[request] < time; request = list.pop()) {
      const node = this.frameAround(slot, request, alive);
      this.stacks.hold(node);
      this.answers[request] = node;
      answered(request);
    }
    if (request === undefined) slots.requests.delete(slot);
    else list.push(request);
    slots.capture[slot] = request === undefined ? Number.POSITIVE_INFINITY : requests.time[request];
  }

  /**
   * The innermost open frame whose function encloses the goroutine's first function, else the innermost frame: code
   * that lets a library start a goroutine usually blocks on it and is then the innermost frame. If no frame is open:
   * the test, as long as the parent may be waiting for parallel subtests, else the node that the parent itself is
   * attached to.
   */
  private frameAround(slot: number, request: number, alive: boolean): number {
    const { slots } = this;
    const { time, func } = this.prescan.requests;
    const { frames } = this.stacks;
    if (slots.top[slot] === NO_FRAME) {
      // Nothing is known about the parent before its own first event.
      if (time[request] < slots.start[slot]) return ROOT;
      return alive && slots.test[slot] && slots.root[slot] > ROOT ? slots.root[slot] : slots.attach[slot];
    }
    const around = this.enclosing.of(func[request]);
    if (around.size > 0) {
      for (let frame = slots.top[slot]; frame !== NO_FRAME; frame = frames.below[frame]) {
        if (around.has(this.nodes.func[frames.node[frame]])) return frames.node[frame];
      }
    }
    return frames.node[slots.top[slot]];
  }
}
