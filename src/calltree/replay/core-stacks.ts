/**
 * Builds merged trees with the core (core/index.ts), which replays plain records. What it stops at is replayed here, a
 * record at a time: spawns, ends of calls that a panic passed, and all that follows a control record.
 */
import { grown } from "../../base/columns.js";
import { isEnter, Kind, type RecordDecoder } from "../../calltrace/index.js";
import { FramePlace, NodePlace, StatePlace, StateWord, Stop } from "../codes.js";
import { Ending } from "../ending.js";
import type { CallStacks, OpenChunk, TakenNodes } from "./call-stacks.js";
import { type Core, release } from "./core.js";
import { readDurations } from "./core-durations.js";
import { CoreFrames, NONE } from "./core-frames.js";
import { CoreInput } from "./core-input.js";
import { displaceTime, isDone, readNodes } from "./core-nodes.js";
import type { CoreRequests } from "./core-requests.js";
import { bump, Endings } from "./endings.js";
import { NO_FRAME } from "./frames.js";
import { NO_NODE, ROOT } from "./nodes.js";
import type { Listener } from "./observer.js";
import { OutermostNodes } from "./outermost.js";
import type { Reach } from "./reach.js";
import { type CountedTime, type Scope, windowOf } from "./scope.js";
import type { SlotTable } from "./slots.js";

export class CoreStacks implements CallStacks {
  readonly endings: Endings;
  readonly pruned = 0;
  stray = 0;
  filtered = { call: 0, goroutine: 0, window: 0 };
  private readonly outermostNodes = new OutermostNodes();
  private readonly frames: CoreFrames;
  /** By slot: the serial number of its goroutine, 0 for none yet. */
  private serials = new Float64Array(0);
  private serial = 0;
  private readonly input: CoreInput;

  /**
   * @param slots `top` has addresses of frames here, and `bottom` that of the frame beneath all open ones, if it has one
   * @param requests collects them; only where all calls count
   */
  constructor(
    readonly core: Core,
    private readonly slots: SlotTable,
    private readonly listener: Listener,
    private readonly scope: Scope,
    slope: number,
    private readonly requests?: CoreRequests,
  ) {
    core.setSlope(slope);
    this.input = new CoreInput(core);
    this.frames = new CoreFrames(core);
    this.endings = new Endings(slots, () => undefined);
  }

  open(slot: number, goid: number): CountedTime {
    const { slots } = this;
    const window = windowOf(goid, this.scope);
    slots.from[slot] = window.from;
    slots.to[slot] = window.to;
    this.outermostNodes.begin(slot);
    this.serials = grown(this.serials, slots.top.length);
    this.serials[slot] = ++this.serial;
    this.requests?.begin(slot);
    return window;
  }

  run(slot: number, decoder: RecordDecoder, chunk: OpenChunk, reach?: Pick<Reach, "check">): void {
    const { core, slots, input } = this;
    this.load(slot);
    if (reach !== undefined && decoder.next(1) > 0) {
      reach.check(slot, decoder.time[0]);
      this.event(slot, decoder);
    } else if (reach !== undefined) return;
    for (;;) {
      const state = decoder.state();
      let offset = state.position * 2;
      core.setTimes(state);
      for (;;) {
        input.place(chunk, offset);
        const why = core.exports.run();
        const next = input.offset;
        if (next > offset) slots.floor[slot] = core.floats[core.state + StatePlace.floor];
        offset = next;
        if (why === Stop.frames) this.frames.makeRoom();
        else if (why === Stop.capture) this.capture(slot, core.floats[core.state + StatePlace.now]);
        else if (why === Stop.signature) this.requests?.enter();
        else if (why === Stop.ended) {
          this.outermost(slot, core.words[core.stateWords + StateWord.ended]);
          this.requests?.exit(slot, slots.floor[slot], Ending.return);
        } else if (why === Stop.exit || !input.isCut(chunk, offset)) break;
      }
      core.getTimes(state);
      state.position = offset / 2;
      decoder.resume(state);
      if (decoder.next(1) === 0) break;
      this.event(slot, decoder);
    }
    core.exports.clean();
    this.store(slot);
  }

  abandon(slot: number, time: number): void {
    const { core, slots, endings } = this;
    slots.panicked[slot] = 0;
    if (slots.top[slot] === NO_FRAME) return;
    this.load(slot);
    const { floats, words } = core;
    const from = slots.from[slot];
    const to = slots.to[slot];
    let above = 0;
    for (let frame = this.frames.top; frame !== NONE; frame = this.frames.top) {
      const node = words[(frame + FramePlace.node) / 4];
      const begun = floats[(frame + FramePlace.start) / 8];
      const begin = Math.max(begun, from);
      const end = Math.max(begin, Math.min(time, to));
      const duration = end - begin;
      if (time >= from && begun <= to) {
        floats[(node + NodePlace.calls) / 8]++;
        floats[(node + NodePlace.total) / 8] += duration;
        if (core.durations !== 0) {
          core.exports.recordDuration(words[(node + NodePlace.func) / 4], duration);
        }
        if (begin < floats[(node + NodePlace.first) / 8]) floats[(node + NodePlace.first) / 8] = begin;
        if (end > floats[(node + NodePlace.last) / 8]) floats[(node + NodePlace.last) / 8] = end;
        bump(endings.running, core.indexOf(node));
        if (frame === this.frames.base + FramePlace.size) this.outermost(slot, node);
        else displaceTime(core, node, words[(frame - FramePlace.size + FramePlace.node) / 4], duration);
        const callees = floats[core.state + StatePlace.callees];
        this.requests?.abandon(slot, frame, end, Math.max(0, duration - callees - above));
        above = duration;
      } else this.leaveOut(from, 1);
      endings.forget(this.frames.idOf(slot, frame));
      core.exports.drop();
    }
    core.exports.clean();
    this.store(slot);
  }

  *openNodes(slot: number): Generator<number> {
    for (const frame of this.frames.open(this.slots, slot)) yield this.nodeOf(frame);
  }

  functionOf(node: number): number {
    return this.core.words[(this.core.nodeAt(node) + NodePlace.func) / 4];
  }

  get hasOtherPaths(): boolean {
    return this.core.exports.otherPaths() !== NONE;
  }

  isDone(func: number): boolean | undefined {
    return isDone(this.core, func, this.frames.outermost(this.slots), this.endings.goexits);
  }

  hold(): void {}

  take(): TakenNodes {
    const { core } = this;
    const durations = readDurations(core);
    const requests = this.requests?.take();
    const taken = {
      ...readNodes(core),
      ...(durations === undefined ? {} : { durations }),
      ...(requests === undefined ? {} : { requests }),
    };
    release(core);
    return taken;
  }

  /** Replays the record in the decoder's columns. */
  private event(slot: number, decoder: RecordDecoder): void {
    const { core, slots } = this;
    const what = decoder.kind[0];
    const time = decoder.time[0];
    if (time > slots.capture[slot]) this.capture(slot, time);
    slots.floor[slot] = time;
    const frame = this.frames.top;
    if (isEnter(what)) {
      this.frames.makeRoom();
      core.exports.enter(decoder.id[0], time);
      this.requests?.enter();
      if (what === Kind.late) {
        this.endings.enterLate(this.nodeOf(this.frames.top), time, { from: slots.from[slot], to: slots.to[slot] });
        const isRequest = core.words[core.stateWords + StateWord.open] === this.frames.top;
        if (isRequest) core.floats[core.state + StatePlace.number] *= -1; // see CoreRequests
      }
    } else if (what === Kind.spawn) {
      const node = frame === NONE ? slots.attach[slot] : this.nodeOf(frame);
      this.listener.spawn(slot, node, decoder.id[0], decoder.at[0], time);
    } else if (frame === NONE) this.leaveUnseen(slot, 1);
    else {
      const node = this.nodeOf(frame);
      const shown = core.exports.exit(time) !== 0;
      this.outermost(slot, core.words[core.stateWords + StateWord.ended]);
      let how: Ending = Ending.return;
      if (what !== Kind.exit || slots.panicked[slot] !== 0) {
        const below = this.frames.top === NONE ? NO_FRAME : this.frames.idOf(slot, this.frames.top);
        const panics = what === Kind.exit ? 0 : decoder.id[0];
        how = this.endings.of({ slot, node, frame: this.frames.idOf(slot, frame), below, what, panics }, shown);
        core.words[core.stateWords + StateWord.panicked] = slots.panicked[slot];
      }
      this.requests?.exit(slot, time, how);
    }
  }

  /** Calls end that are not on the stack: first those that the slot's snapshot omits. */
  private leaveUnseen(slot: number, count: number): void {
    const { omitted } = this.slots;
    const known = Math.min(omitted[slot], count);
    omitted[slot] -= known;
    this.stray += count - known;
  }

  private capture(slot: number, time: number): void {
    const { core, slots } = this;
    this.store(slot);
    this.listener.capture(slot, time);
    core.floats[core.state + StatePlace.capture] = slots.capture[slot];
  }

  /** An outermost call ends: counts its goroutine for the node, if there is one, once. */
  private outermost(slot: number, node: number): void {
    const { core } = this;
    const before = core.words[core.stateWords + StateWord.root];
    if (before === node || node === NONE) return;
    const isFirst = before === NONE || before === core.root;
    const [last, now] = [core.indexOf(before), core.indexOf(node)];
    core.exports.setRoot(node, isFirst || this.outermostNodes.isAnother(slot, last, now));
  }

  private leaveOut(from: number, calls: number): void {
    if (from === Number.POSITIVE_INFINITY)
      this.filtered[this.scope.family === undefined ? "goroutine" : "call"] += calls;
    else this.filtered.window += calls;
  }

  private nodeOf(frame: number): number {
    return this.core.indexOf(this.core.words[(frame + FramePlace.node) / 4]);
  }

  /** Hands the state of a slot to the core. */
  private load(slot: number): void {
    const { core, slots } = this;
    const { floats, words, state, stateWords } = core;
    this.serials = grown(this.serials, slots.top.length);
    const { serials } = this;
    if (serials[slot] === 0) serials[slot] = ++this.serial;
    floats[state + StatePlace.from] = slots.from[slot];
    floats[state + StatePlace.to] = slots.to[slot];
    floats[state + StatePlace.capture] = slots.capture[slot];
    floats[state + StatePlace.goid] = slots.goid[slot];
    floats[state + StatePlace.serial] = serials[slot];
    floats[state + StatePlace.stray] = floats[state + StatePlace.leftOut] = 0;
    this.frames.load(slots, slot);
    words[stateWords + StateWord.attach] = core.nodeAt(slots.attach[slot]);
    words[stateWords + StateWord.root] = slots.root[slot] < ROOT ? NONE : core.nodeAt(slots.root[slot]);
    words[stateWords + StateWord.edge] = slots.edge[slot];
    words[stateWords + StateWord.ended] = NONE;
    words[stateWords + StateWord.panicked] = slots.panicked[slot];
    this.requests?.load(slot);
  }

  /** Takes the state of a slot back, and what was counted since; it stays loaded. */
  private store(slot: number): void {
    const { core, slots } = this;
    const { floats, words, state, stateWords } = core;
    const root = words[stateWords + StateWord.root];
    this.frames.store(slots, slot);
    slots.root[slot] = root === NONE ? NO_NODE : core.indexOf(root);
    this.leaveUnseen(slot, floats[state + StatePlace.stray]);
    this.leaveOut(slots.from[slot], floats[state + StatePlace.leftOut]);
    floats[state + StatePlace.stray] = floats[state + StatePlace.leftOut] = 0;
    this.requests?.store(slot);
  }
}
