/**
 * Walks calls with the core (core/walk.ts), which replays plain records and leaves the begins and ends of the calls that are
 * shown. What it stops at is replayed here, a record at a time: spawns, ends of calls that a panic passed, and all that follows
 * a control record.
 */
import { isEnter, Kind, type RecordDecoder, Status } from "../../calltrace/index.js";
import { StatePlace, StateWord } from "../codes.js";
import { Ending } from "../ending.js";
import { CallCount } from "../held-calls.js";
import type { StateClock } from "../state-clock.js";
import type { TreeStates } from "../states.js";
import type { CallVisitor, OutlineVisitor } from "../visitor.js";
import { EventPlace, OpenPlace, WalkPlace, WalkStop, WalkWord } from "../walk-codes.js";
import type { OpenChunk } from "./call-stacks.js";
import { acquire, type Core, release } from "./core.js";
import { CoreInput } from "./core-input.js";
import { Endings } from "./endings.js";
import { NO_FRAME } from "./frames.js";
import type { Replayed } from "./replay.js";
import { CallCut, type CountedTime, type Scope, windowOf } from "./scope.js";
import { WalkClock } from "./walk-clock.js";
import { WalkEvents, type WalkPlaces } from "./walk-events.js";
import { type ShownNodes, writeNodes } from "./walk-nodes.js";
import { WalkOutline } from "./walk-outline.js";
import { beginSums, takeSums } from "./walk-sums.js";
import type { Begun, Walker } from "./walker.js";

/** Number of calls that a walk did not visit although they are in the trees. */
export interface HiddenCalls {
  /** Those that are too short. */
  readonly minimum: number;
  /** Those of nodes that are not shown. */
  readonly paths: number;
}

/** What a walk has come to. */
export interface WalkResult extends HiddenCalls {
  /** The states of the tree's nodes, if they were asked for. */
  readonly states?: TreeStates;
}

interface WalkOptions {
  /** Calls shorter than this (ns) are not visited. */
  readonly minimum?: number;
  /** Gives calls their states. */
  readonly clock?: StateClock | undefined;
  /** Goes through an outline with it; only where all calls are visited. */
  readonly outline?: OutlineVisitor | undefined;
}

const NONE: CountedTime = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };

export class CoreWalk implements Walker {
  floor = 0;
  private readonly core: Core;
  private readonly input: CoreInput;
  private readonly events: WalkEvents;
  private readonly clock: WalkClock | undefined;
  private readonly outline: WalkOutline | undefined;
  private readonly count = new CallCount();
  private readonly slots = { panicked: new Int32Array(1) };
  private readonly endings = new Endings(this.slots, () => undefined);
  private window = NONE;
  /** On the goroutine of the scope's call. */
  private cut: CallCut | undefined;
  private decoder: RecordDecoder | undefined;
  private base = 0;

  constructor(
    { process, paths }: Pick<Replayed, "process" | "paths">,
    private readonly scope: Scope,
    shown: ShownNodes & WalkPlaces,
    private readonly visitor: CallVisitor,
    { minimum = 0, clock, outline }: WalkOptions,
  ) {
    const core = acquire(paths.limits.depthLimit, paths.limits.pathLimit, { sumsUp: shown.flat !== undefined });
    this.core = core;
    writeNodes(core, paths, shown);
    core.setSlope(process.clock.slope);
    this.input = new CoreInput(core);
    this.clock = clock && new WalkClock(core, clock);
    this.events = new WalkEvents(core, shown, visitor, this.clock);
    core.floats[core.walk + WalkPlace.minimum] = minimum;
    core.floats[core.walk + WalkPlace.tooShort] = core.floats[core.walk + WalkPlace.notShown] = 0;
    this.word(WalkWord.base, core.frames);
    this.word(WalkWord.next, core.frames);
    this.word(WalkWord.limit, core.bytes.length);
    this.word(WalkWord.stride, clock === undefined ? OpenPlace.size : OpenPlace.sizeWithStates);
    this.word(WalkWord.out, core.events);
    this.word(WalkWord.full, core.events + (EventPlace.most - 4) * EventPlace.size);
    this.word(WalkWord.owed, 0);
    this.word(WalkWord.begins, visitor.enter === undefined ? 0 : 1);
    this.word(WalkWord.ends, visitor.exit === undefined ? 0 : 1);
    this.word(WalkWord.metered, clock === undefined ? 0 : 1);
    this.word(WalkWord.observed, 0);
    beginSums(core, shown.flat?.length ?? 0);
    this.outline = outline && new WalkOutline(core, outline);
    this.word(WalkWord.outline, outline === undefined ? 0 : 1);
    core.floats[core.walk + WalkPlace.due] = Number.POSITIVE_INFINITY;
  }

  /** The walk is over. */
  finish(): WalkResult {
    const { core } = this;
    const { floats } = core;
    const result = {
      minimum: floats[core.walk + WalkPlace.tooShort],
      paths: floats[core.walk + WalkPlace.notShown],
      ...(core.sums === 0 ? {} : { states: takeSums(core) }),
    };
    release(core);
    return result;
  }

  get isOpen(): boolean {
    return this.next > this.core.frames;
  }

  begin(begun: Begun, _omitted: number): void {
    const { core, scope } = this;
    const { floats, words } = core;
    const window = windowOf(begun.goid, scope);
    this.window = window;
    floats[core.walk + WalkPlace.from] = window.from;
    floats[core.walk + WalkPlace.to] = window.to;
    floats[core.walk + WalkPlace.opens] = window.from;
    this.count.calls = floats[core.walk + WalkPlace.number];
    this.count.begin(begun.goid);
    floats[core.walk + WalkPlace.number] = this.count.calls;
    this.word(WalkWord.next, core.frames);
    this.word(WalkWord.passed, core.frames);
    this.word(WalkWord.settled, core.frames);
    this.word(WalkWord.told, 0);
    words[core.stateWords + StateWord.attach] = core.nodeAt(begun.node);
    words[core.stateWords + StateWord.edge] = begun.edge;
    words[core.stateWords + StateWord.panicked] = this.slots.panicked[0] = 0;
    this.events.begin(begun, window);
    this.outline?.begin();
    this.clock?.begin(begun.goid, Math.max(begun.time, window.from));
    this.cut = undefined;
    if (scope.family?.goid !== begun.goid || window.from === Number.POSITIVE_INFINITY) return;
    this.decide(false);
    this.cut = new CallCut(scope.family.number, (first, end, counts) => {
      this.decide(counts);
      for (let i = first; i < end; i++) this.record(this.decoder!, i);
    });
  }

  run(decoder: RecordDecoder, chunk: OpenChunk, base: number): number {
    this.base = base;
    if (this.cut !== undefined) {
      const count = decoder.next();
      this.decoder = decoder;
      this.cut.replay(decoder.kind, count);
      return count;
    }
    const { core, input } = this;
    let records = 0;
    for (;;) {
      const state = decoder.state();
      const first = state.position * 2;
      let offset = first;
      let why: WalkStop = WalkStop.done;
      core.setTimes(state);
      do {
        input.place(chunk, offset);
        why = core.exports.walk();
        const next = input.offset;
        if (next > offset) this.floor = core.floats[core.state + StatePlace.floor];
        offset = next;
        this.serve(why);
      } while (why === WalkStop.other ? input.isCut(chunk, offset) : why !== WalkStop.events);
      core.getTimes(state);
      state.position = offset / 2;
      decoder.resume(state);
      // A plain record has two bytes or more.
      records += (offset - first) / 2;
      if (why === WalkStop.events) {
        decoder.status = Status.more;
        return records;
      }
      if (decoder.next(1) === 0) return records;
      this.record(decoder, 0);
      records++;
    }
  }

  end(time: number): void {
    const { cut, core } = this;
    if (cut !== undefined) {
      this.decide(false);
      for (let left = cut.uncounted; left > 0 && this.isOpen; left--) this.abandon(time);
      this.decide(true);
    }
    while (this.isOpen) this.abandon(time);
    this.step(() => core.exports.passAll());
    this.take();
    const isTold = core.words[core.walkWords + WalkWord.told] !== 0;
    if (isTold) this.outline?.end();
    this.events.end(Math.min(time, this.window.to), isTold);
  }

  private abandon(time: number): void {
    this.step(() => this.core.exports.endCall(time, Ending.running));
    this.endings.forget(this.next);
  }

  /** Whether the records that follow count. */
  private decide(counts: boolean): void {
    this.core.floats[this.core.walk + WalkPlace.opens] = counts ? this.window.from : Number.POSITIVE_INFINITY;
  }

  /** Replays a record in the decoder's columns. */
  private record(decoder: RecordDecoder, at: number): void {
    const { core, next } = this;
    const time = decoder.time[at];
    const what = decoder.kind[at];
    const id = decoder.id[at];
    this.floor = time;
    if (isEnter(what)) {
      this.step(() => core.exports.beginCall(id, time));
      if (what === Kind.late) this.events.enterLate(core.floats[core.walk + WalkPlace.number]);
    } else if (what === Kind.spawn) this.spawn(id, time, this.base + decoder.at[at]);
    else if (this.isOpen) {
      let how: Ending = Ending.return;
      if (what !== Kind.exit || this.slots.panicked[0] !== 0) {
        const stride = core.words[core.walkWords + WalkWord.stride];
        const frame = next - stride;
        const below = frame === core.frames ? NO_FRAME : frame - stride;
        const panics = what === Kind.exit ? 0 : id;
        how = this.endings.of({ slot: 0, node: 0, frame, below, what, panics }, false);
        core.words[core.stateWords + StateWord.panicked] = this.slots.panicked[0];
      }
      this.step(() => core.exports.endCall(time, how));
    }
  }

  private spawn(goStatement: number, time: number, ref: number): void {
    const { core, window } = this;
    if (this.visitor.spawn === undefined) return;
    if (!(time <= window.to) || core.floats[core.walk + WalkPlace.opens] === Number.POSITIVE_INFINITY) return;
    this.events.spawn(goStatement, Math.max(time, window.from), ref);
    this.step(() => core.exports.spawned());
  }

  /** Has the core do something, as often as it says that it cannot yet. */
  private step(act: () => WalkStop): void {
    let why: WalkStop;
    do {
      why = act();
      this.serve(why);
    } while (why !== WalkStop.done && why !== WalkStop.rows);
  }

  /** Does what the core has stopped for. */
  private serve(why: WalkStop): void {
    if (why === WalkStop.done || why === WalkStop.other) return;
    if (why === WalkStop.calls) {
      this.core.growFrames();
      this.word(WalkWord.limit, this.core.bytes.length);
      return;
    }
    this.take();
    if (why === WalkStop.clock) this.clock?.move();
    else if (why === WalkStop.look) {
      this.events.announce();
      this.outline?.look();
    }
  }

  private take(): void {
    const { core } = this;
    this.events.take(core.words[core.walkWords + WalkWord.out]);
    this.word(WalkWord.out, core.events);
  }

  /** Address of the place after the innermost open call. */
  private get next(): number {
    return this.core.words[this.core.walkWords + WalkWord.next];
  }

  private word(place: WalkWord, value: number): void {
    this.core.words[this.core.walkWords + place] = value;
  }
}
