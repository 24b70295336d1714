/** Divides the time of open calls into states. */
import { EventPlace, MappedFlag, OpenPlace, STATE_COUNT } from "../walk-codes";
import { Node } from "./nodes";

const ROW: usize = STATE_COUNT * 8;

/** Rows by state: nanoseconds from the goroutine's beginning to where the clock stands; self time and time of the call that ended. */
export const spent: usize = memory.data(STATE_COUNT * 8, 8);
export const selfRow: usize = memory.data(STATE_COUNT * 8, 8);
export const totalRow: usize = memory.data(STATE_COUNT * 8, 8);

/** An open call; its size is in OpenPlace. */
@unmanaged
export class Open {
  start: f64;
  callees: f64;
  /** Self time of removed callees. */
  carried: f64;
  /** Traced calls beneath. */
  beneath: f64;
  number: f64;
  node: Node;
  /** Go statements in it, or in callees that have ended, that are held back with it. */
  spawns: u32;
  /** With states: when it began, and in the present state the time of its callees and the self time of removed ones. */
  begun: f64;
  calleeTime: f64;
  carriedTime: f64;

  /** What the walk shows of its node. */
  @inline
  get shown(): Mapped {
    return changetype<Mapped>(this.node);
  }
}

/** What a node is for the walk; fields as in MappedPlace. */
@unmanaged
export class Mapped {
  node: i32;
  flags: u32;

  @inline
  has(flag: u32): bool {
    return (this.flags & flag) !== 0;
  }
}

/** Fields as in EventPlace. */
@unmanaged
export class Event {
  node: i32;
  kind: u32;
  time: f64;
  start: f64;
  self: f64;
  calls: f64;
  number: f64;
  own: f64;
  whole: f64;
}

/**
 * The open calls, and the states of their times. The innermost open call gets the self time.
 *
 * Most calls begin and end within one stay, and then two subtractions are enough. So an open call has a row of times by
 * state only after the clock has gone from one stay to another: the calls below `settled` have one, those from there on
 * began in the state where the clock stands. The clock is the host's.
 *
 * Fields as in WalkPlace and WalkWord.
 */
@unmanaged
export class Meter {
  at: f64;
  until: f64;
  moved: f64;
  base: usize;
  next: usize;
  stride: usize;
  settled: usize;
  state: u32;
  sums: usize;
  nodes: usize;
  selfStates: u32;
  totalStates: u32;

  /** A call begins at a time that the clock has reached. */
  beginMetered(call: Open, time: f64): void {
    call.begun = time;
    call.calleeTime = 0;
    call.carriedTime = 0;
  }

  /** Whether the clock has to be moved before a call can end at a time. */
  needsClock(call: Open, time: f64): bool {
    return time > this.until || (changetype<usize>(call) < this.settled && this.moved !== time);
  }

  /**
   * The innermost call ends at a time.
   *
   * @param counts whether its self time counts
   * @param passes whether its times are added up
   * @param event gets its times; null for none
   * @returns whether they are in the rows
   */
  endMetered(call: Open, time: f64, counts: bool, passes: bool, event: Event | null): bool {
    const at = changetype<usize>(call);
    const isOutermost = at === this.base;
    const removed = call.shown.has(MappedFlag.removed);
    if (at < this.settled) {
      this.settled = at;
      endSettled(at, isOutermost ? 0 : at - this.stride, counts, removed);
      if (passes && this.sums !== 0) this.addRows(call.shown);
      if (event !== null) event.kind |= EventPlace.rows << 8;
      return event !== null;
    }
    const length = time - call.begun;
    const whole = length > 0 ? length : 0;
    const own = call.carriedTime + (counts ? whole - call.calleeTime : 0);
    if (passes && this.sums !== 0) {
      const bit = (<u32>1) << this.state;
      this.selfStates |= bit;
      this.totalStates |= bit;
      this.add(call.shown, this.state, own, whole);
    }
    if (event !== null) {
      event.kind |= this.state << 8;
      event.own = own;
      event.whole = whole;
    }
    if (isOutermost) return false;
    const below = at - this.stride;
    if (below >= this.settled) {
      const caller = changetype<Open>(below);
      caller.calleeTime += whole;
      if (removed) caller.carriedTime += own;
    } else {
      const row = below + OpenPlace.rows + ((<usize>this.state) << 3);
      addTo(row + ROW, whole);
      if (removed) addTo(row + 2 * ROW, own);
    }
    return false;
  }

  /** Adds the time of a call in a state to those of its node. */
  @inline
  add(node: Mapped, state: u32, self: f64, total: f64): void {
    const column = this.nodes << 3;
    const at = this.sums + ((<usize>state) << 1) * column + ((<usize>node.node) << 3);
    addTo(at, self);
    addTo(at + column, node.has(MappedFlag.flat) ? self : total);
  }

  /** Adds what is in the rows. */
  addRows(node: Mapped): void {
    for (let state: u32 = 0; state < <u32>STATE_COUNT; state++) {
      const place = (<usize>state) << 3;
      const self = load<f64>(selfRow + place);
      const total = node.has(MappedFlag.flat) ? self : load<f64>(totalRow + place);
      if (self !== 0) this.selfStates |= (<u32>1) << state;
      if (total !== 0) this.totalStates |= (<u32>1) << state;
      if (self !== 0 || total !== 0) this.add(node, state, self, total);
    }
  }

  /** Gives all open calls their rows, before the clock goes on to another stay. */
  settle(): void {
    const state = (<usize>this.state) << 3;
    for (let at = this.settled; at < this.next; at += this.stride) {
      const call = changetype<Open>(at);
      const row = at + OpenPlace.rows;
      memory.copy(row, spent, ROW);
      memory.fill(row + ROW, 0, 2 * ROW);
      addTo(row + state, call.begun - this.at);
      store<f64>(row + ROW + state, call.calleeTime);
      store<f64>(row + 2 * ROW + state, call.carriedTime);
    }
    this.settled = this.next;
  }
}

/** @param below address of the caller, 0 for none */
function endSettled(at: usize, below: usize, counts: bool, removed: bool): void {
  for (let place: usize = 0; place < ROW; place += 8) {
    const row = at + OpenPlace.rows + place;
    const total = load<f64>(spent + place) - load<f64>(row);
    const self = load<f64>(row + 2 * ROW) + (counts ? total - load<f64>(row + ROW) : 0);
    store<f64>(totalRow + place, total);
    store<f64>(selfRow + place, self);
    if (below === 0) continue;
    addTo(below + OpenPlace.rows + place + ROW, total);
    if (removed) addTo(below + OpenPlace.rows + place + 2 * ROW, self);
  }
}

function addTo(at: usize, time: f64): void {
  store<f64>(at, load<f64>(at) + time);
}
