/** Takes the events that a core leaves in a walk, and tells a visitor. */
import type { Ending } from "../ending.js";
import type { CallVisitor, Goroutine } from "../visitor.js";
import { EventKind, EventPlace } from "../walk-codes.js";
import type { Core } from "./core.js";
import type { CountedTime } from "./scope.js";
import type { WalkClock } from "./walk-clock.js";
import type { Begun } from "./walker.js";

/** From the numbers of a replay to those of the forest. */
export interface WalkPlaces {
  readonly process: number;
  /** From the id of a go statement to its index among the functions. */
  readonly goStatement: (id: number) => number;
  /** The node of the tree that a goroutine is attached to, and its edge. */
  readonly place: (begun: Begun) => Pick<Goroutine, "node" | "edge" | "goStatement">;
}

interface Spawn {
  readonly goStatement: number;
  readonly time: number;
  readonly ref: number;
}

/** A field of an event, in units of 8 bytes. */
const TIME = EventPlace.time / 8;
const START = EventPlace.start / 8;
const SELF = EventPlace.self / 8;
const CALLS = EventPlace.calls / 8;
const NUMBER = EventPlace.number / 8;
const OWN = EventPlace.own / 8;
const WHOLE = EventPlace.whole / 8;

export class WalkEvents {
  private begun: Begun | undefined;
  private from = 0;
  private goroutine: Goroutine | undefined;
  /** Go statements that the visitor has not been told, in order; those before `passed` it has. */
  private spawns: Spawn[] = [];
  private passed = 0;
  /** The numbers of calls that were entered late and have not ended. */
  private late = new Set<number>();

  constructor(
    private readonly core: Core,
    private readonly places: WalkPlaces,
    private readonly visitor: CallVisitor,
    private readonly clock: WalkClock | undefined,
  ) {}

  begin(begun: Begun, { from }: CountedTime): void {
    this.begun = begun;
    this.from = from;
    this.goroutine = undefined;
    this.spawns = [];
    this.passed = 0;
    this.late.clear();
  }

  /** The call with this number was entered late. */
  enterLate(number: number): void {
    this.late.add(number);
  }

  /** A go statement ran, of which an event will tell when. */
  spawn(goStatement: number, time: number, ref: number): void {
    if (this.passed === this.spawns.length) {
      this.spawns.length = 0;
      this.passed = 0;
    }
    this.spawns.push({ goStatement, time, ref });
  }

  /** Takes the events up to the address `end`. */
  take(end: number): void {
    const { core, visitor, clock } = this;
    const { words, floats } = core;
    for (let at = core.events; at < end; at += EventPlace.size) {
      const word = at >>> 2;
      const float = at >>> 3;
      const node = words[word] | 0;
      const code = words[word + EventPlace.kind / 4];
      const kind = code & 0xff;
      if (kind >= EventKind.end) {
        this.announce();
        if (clock !== undefined) {
          const only = code >>> 8;
          if (only === EventPlace.rows) clock.take();
          else clock.set(only, floats[float + OWN], floats[float + WHOLE]);
        }
        const number = floats[float + NUMBER];
        visitor.exit?.(
          node,
          floats[float + START],
          floats[float + TIME],
          floats[float + SELF],
          (kind - EventKind.end) as Ending,
          floats[float + CALLS],
          clock,
          number,
          this.late.size > 0 && this.late.delete(number),
        );
      } else if (kind === EventKind.enter) {
        this.announce();
        visitor.enter?.(node, floats[float + TIME], floats[float + NUMBER]);
      } else if (kind === EventKind.spawn) this.passSpawn(node);
      else clock?.observe(floats[float + TIME]);
    }
  }

  /** The goroutine ends. @param told whether calls of it were visited */
  end(time: number, told: boolean): void {
    if (told) this.announce();
    if (this.goroutine !== undefined) this.visitor.end?.(this.goroutine, time, this.clock?.end(time));
  }

  /** @param node negative if no call is shown that the go statement ran in */
  private passSpawn(node: number): void {
    const { goStatement, time, ref } = this.spawns[this.passed++];
    if (node < 0) return;
    this.announce();
    this.visitor.spawn?.(node, this.places.goStatement(goStatement), time, ref);
  }

  /** Tells the visitor of the goroutine, unless it has been told. */
  announce(): void {
    if (this.goroutine !== undefined || this.begun === undefined) return;
    const { begun, places } = this;
    const { goid, parentGoid, spawnRef, time } = begun;
    const place = places.place(begun);
    const start = Math.max(time, this.from);
    this.goroutine = { process: places.process, goid, parentGoid, ...place, spawn: spawnRef, start };
    this.visitor.begin?.(this.goroutine);
  }
}
