/**
 * Under which frame goroutines without a spawn record hang. The parent goroutine is known, the frame is not: it is
 * taken from the parent's stack as it was when the child began.
 */
import type { ProcessTrace } from "../calltrace/index.js";
import { NO_FRAME } from "./frames.js";
import { Enclosing } from "./functions.js";
import { NO_NODE, type NodeTable, ROOT } from "./nodes.js";
import type { SlotTable } from "./slots.js";
import type { Stacks } from "./stacks.js";
import type { Survey } from "./survey.js";

export class Guesses {
  private readonly enclosing: Enclosing;
  /** By request: the node to hang under, or NO_NODE. */
  private readonly answers: Int32Array;
  /** By slot: its next request. */
  private readonly nextOfSlot: Int32Array;

  constructor(
    process: ProcessTrace,
    private readonly survey: Survey,
    private readonly slots: SlotTable,
    private readonly nodes: NodeTable,
    private readonly stacks: Stacks,
  ) {
    this.enclosing = new Enclosing(process.definitions);
    this.answers = new Int32Array(survey.requests.count).fill(NO_NODE);
    this.nextOfSlot = survey.requests.firstOfSlot.slice();
  }

  /** The request that belongs to the next begin record of a slot without a spawn record. */
  take(slot: number): number {
    const request = this.nextOfSlot[slot];
    this.nextOfSlot[slot] = this.survey.requests.nextOfSlot[request];
    return request;
  }

  /** The node to hang under; NO_NODE if it is not known yet, the root if the parent goroutine is not in the trace. */
  find(request: number, parentGoid: number): number {
    return this.survey.begun.has(parentGoid) ? this.answers[request] : ROOT;
  }

  /** A goroutine begins on a slot: gathers the requests to it. */
  expect(slot: number, goid: number): void {
    const { slots } = this;
    const { requests } = this.survey;
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
    const { slots } = this;
    const { requests } = this.survey;
    const list = slots.requests.get(slot);
    if (list === undefined) return;
    let request = list.pop();
    for (; request !== undefined && requests.time[request] < time; request = list.pop()) {
      const node = this.frameAround(slot, requests.func[request]);
      this.stacks.hold(node);
      this.answers[request] = node;
      answered(request);
    }
    if (request === undefined) slots.requests.delete(slot);
    else list.push(request);
    slots.capture[slot] = request === undefined ? Number.POSITIVE_INFINITY : requests.time[request];
  }

  /**
   * The innermost open frame whose function encloses `func`, else the innermost one, else the root. Whoever has others
   * start a goroutine mostly waits for it, and is the innermost frame then.
   */
  private frameAround(slot: number, func: number): number {
    const { slots } = this;
    const { frames } = this.stacks;
    if (slots.top[slot] === NO_FRAME) return ROOT;
    const around = this.enclosing.of(func);
    if (around.size > 0) {
      for (let frame = slots.top[slot]; frame !== NO_FRAME; frame = frames.below[frame]) {
        if (around.has(this.nodes.func[frames.node[frame]])) return frames.node[frame];
      }
    }
    return frames.node[slots.top[slot]];
  }
}
