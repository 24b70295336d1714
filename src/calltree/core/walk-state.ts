/** The state of a walk over single calls, and what happens in it when a call begins or ends. */
import { EventKind, EventPlace, MappedFlag, WalkStop, WalkWord } from "../walk-codes";
import { Node } from "./nodes";
import { Event, Meter, Open } from "./walk-meter";

/** How a call ends that never returned: see Ending. */
const RUNNING: u32 = 3;

/** Fields as in WalkPlace and WalkWord. */
@unmanaged
export class Walk extends Meter {
  from: f64;
  to: f64;
  opens: f64;
  minimum: f64;
  number: f64;
  tooShort: f64;
  notShown: f64;
  now: f64;
  due: f64;
  tells: f64;
  upTo: f64;
  limit: usize;
  passed: usize;
  out: usize;
  full: usize;
  owed: u32;
  begins: u32;
  ends: u32;
  told: u32;
  metered: u32;
  isEvent: u32;
  observed: u32;
  outline: u32;
  least: usize;
  looked: u32;

  /** Whether there is no room for what one step may need, but for calls held back. */
  @inline
  get isFull(): bool {
    return this.out > this.full;
  }

  /** A call of a node begins. @returns why that could not be done, so that it has to be done again, or `done` */
  @inline
  begin(node: Node, now: f64): WalkStop {
    if (this.isFull || (this.owed !== 0 && !this.passOwed())) return WalkStop.events;
    const at = this.next;
    if (at + this.stride > this.limit) return WalkStop.calls;
    const within = now >= this.opens && now <= this.to;
    const passes = within && this.minimum === 0;
    if (passes && this.hasToLook(now)) return this.askLook(now);
    if (passes && this.passed < at && !this.passHeld()) return WalkStop.events;
    const call = changetype<Open>(at);
    if (this.metered !== 0) {
      const later = now > this.from ? now : this.from;
      const time = later < this.to ? later : this.to;
      if (time > this.until) return this.askClock(time, within);
      if (within && at === this.base && this.observed === 0) this.emit(EventKind.observe, -1, time);
      this.observed = 0;
      this.beginMetered(call, time);
    }
    if (this.outline !== 0) this.pass(now);
    this.next = at + this.stride;
    this.number += 1;
    call.start = now;
    call.callees = 0;
    call.carried = 0;
    call.beneath = 0;
    call.number = this.number;
    call.node = node;
    call.spawns = 0;
    if (passes) {
      this.passed = this.next;
      if (call.shown.has(MappedFlag.visible)) this.emitEnter(call);
    }
    return WalkStop.done;
  }

  /**
   * The innermost call ends; there must be one.
   * @returns as `begin`; or `rows`, when it is done
   */
  @inline
  end(now: f64, how: u32): WalkStop {
    if (this.isFull || (this.owed !== 0 && !this.passOwed())) return WalkStop.events;
    const call = changetype<Open>(this.next - this.stride);
    const node = call.shown;
    const shown = now >= this.opens && call.start <= this.to;
    const start = call.start < this.opens ? this.opens : call.start;
    let finish = now > this.to ? this.to : now;
    if (how === RUNNING && finish < start) finish = start;
    const time = finish < this.to ? finish : this.to;
    if (this.metered !== 0 && this.needsClock(call, time))
      return this.askClock(time, how !== RUNNING && finish < this.to);
    const duration = finish - start;
    const visible = shown && node.has(MappedFlag.visible);
    const passes = visible && duration >= this.minimum;
    if (passes && this.hasToLook(finish)) return this.askLook(finish);
    if (passes && this.passed < this.next && !this.passHeld()) return WalkStop.events;
    const counts = shown && !node.has(MappedFlag.context);
    let own: f64 = 0;
    if (shown) {
      own = duration - call.callees;
      if (how === RUNNING && own < 0) own = 0;
      own = call.carried + (counts ? own : 0);
      if (!this.isOutermost(call)) {
        const caller = changetype<Open>(changetype<usize>(call) - this.stride);
        caller.callees += duration;
        caller.beneath += call.beneath + 1;
        if (node.has(MappedFlag.removed)) caller.carried += own;
      }
      if (!visible) {
        if (!node.has(MappedFlag.removed | MappedFlag.dropped)) this.notShown += 1;
      } else if (!passes) this.tooShort += 1;
    }
    let event: Event | null = null;
    if (this.outline !== 0) this.pass(finish);
    if (passes && this.ends !== 0 && (this.outline === 0 || start < this.tells || this.isOutermost(call))) {
      event = this.emit(EventKind.end + how, node.node, finish);
      event.start = start;
      event.self = own;
      event.calls = call.beneath;
      event.number = call.number;
    }
    const rows = this.metered !== 0 && this.endMetered(call, time, counts, passes, event);
    this.observed = 0;
    this.leave(call);
    return rows ? WalkStop.rows : WalkStop.done;
  }

  /** Whether the host has to look at an event. It may want to look again after the time at which it has just looked. */
  @inline
  hasToLook(time: f64): bool {
    return time > this.due && this.looked === 0;
  }

  askLook(time: f64): WalkStop {
    this.now = time;
    return WalkStop.look;
  }

  /** Notes an event at which the host need not look. */
  @inline
  pass(time: f64): void {
    if (this.looked !== 0) {
      this.looked = 0;
      return;
    }
    if (this.next < this.least) this.least = this.next;
    this.upTo = time;
  }

  @inline
  isOutermost(call: Open): bool {
    return changetype<usize>(call) === this.base;
  }

  askClock(time: f64, isEvent: bool): WalkStop {
    this.now = time;
    this.isEvent = isEvent ? 1 : 0;
    return WalkStop.clock;
  }

  /** Forgets the innermost call. Go statements that were held back with it count as those of its caller. */
  @inline
  leave(call: Open): void {
    this.next = changetype<usize>(call);
    if (this.passed > this.next) this.passed = this.next;
    if (call.spawns === 0) return;
    if (this.passed === this.next) this.owed += call.spawns;
    else changetype<Open>(this.next - this.stride).spawns += call.spawns;
  }

  @inline
  emit(kind: u32, node: i32, time: f64): Event {
    const event = changetype<Event>(this.out);
    this.out += EventPlace.size;
    event.node = node;
    event.kind = kind;
    event.time = time;
    return event;
  }

  @inline
  emitEnter(call: Open): void {
    this.told = 1;
    if (this.begins === 0 || (this.outline !== 0 && !this.isOutermost(call))) return;
    const start = call.start;
    this.emit(EventKind.enter, call.shown.node, start > this.from ? start : this.from).number = call.number;
  }

  /** Passes on the calls that are held back. @returns false if there is no room for all of them */
  passHeld(): bool {
    while (this.passed < this.next) {
      if (this.isFull) return false;
      const call = changetype<Open>(this.passed);
      this.passed += this.stride;
      if (call.shown.has(MappedFlag.visible)) this.emitEnter(call);
      if (call.spawns === 0) continue;
      this.owed += call.spawns;
      call.spawns = 0;
      if (!this.passOwed()) return false;
    }
    return true;
  }

  /** Passes on the go statements that are owed, for the innermost visible call. @returns false if there is no room for all of them */
  passOwed(): bool {
    let call = this.passed;
    let node = -1;
    while (call > this.base && node < 0) {
      call -= this.stride;
      const shown = changetype<Open>(call).shown;
      if (shown.has(MappedFlag.visible)) node = shown.node;
    }
    for (; this.owed > 0; this.owed--) {
      if (this.isFull) return false;
      this.emit(EventKind.spawn, node, 0);
    }
    return true;
  }
}

export const walkState: usize = memory.data(WalkWord.size * 4, 8);
