/**
 * Where goroutines block: waits grouped by place and reason, and what ended them. The place of a stack is its most
 * telling frame (ownFrame); the frames below it only show how a library waits.
 */

import { type Distribution, distribution, Histogram } from "../base/histogram.js";
import { ownFrame } from "../base/packages.js";
import { type Frame, NONE, type StackTable } from "../exectrace/index.js";
import { Activity, type GoroutineInfo, type Interval, type IntervalSource } from "./interval.js";
import type { Intervals } from "./intervals.js";

/** A place where goroutines of the program block. */
export interface BlockingPlace {
  /** The runtime's reason; "syscall" for syscalls; "" if all waits here began before the trace. */
  readonly reason: string;
  /** Stack of the longest wait, leaf first; empty if unknown. */
  readonly stack: readonly Frame[];
  /** Durations of the waits in ns; of a wait that the trace's edge cuts, the visible part counts. */
  readonly waits: Distribution;
  /** Number of distinct goroutines that waited here. */
  readonly waiters: number;
  /** Number of waits that the trace's edge cuts: they took at least as long as counted. */
  readonly cut: number;
  readonly longest: {
    readonly goroutine: number;
    readonly function: string;
    readonly begin: number;
    readonly end: number;
    readonly atLeast: boolean;
  };
  /** What ended the waits, most waiting time first; at most 5. */
  readonly releasers: readonly Releaser[];
}

/** A start function and place whose goroutines ended waits. */
export interface Releaser {
  /** Start function of the waking goroutine; "" for a timer, the network, or the end of a syscall. */
  readonly function: string;
  readonly stack: readonly Frame[];
  readonly count: number;
  /** ns waited by the goroutines it woke. */
  readonly total: number;
}

class Place {
  readonly waits = new Histogram();
  waiters = 0;
  cut = 0;
  stack = 0;
  longest: GoroutineInfo | undefined;
  begin = 0;
  end = -1;
  atLeast = false;
  readonly releasers = new Map<number, { name: Name; stack: number; count: number; total: number }>();
  next: Place | undefined;

  constructor(readonly reason: string) {}
}

/** A start function, or a goroutine whose start function was not known yet. */
type Name = string | GoroutineInfo;

const SHOWN_RELEASERS = 5;

/**
 * Collects blocking sites. Memory: one record for each distinct site, and for each live goroutine the sites where it
 * has waited.
 */
export class BlockingPlaces {
  /** By place: its sites, one for each reason, as a linked list. */
  private readonly byPlace: (Place | undefined)[] = [];
  /** By stack: its place. */
  private readonly placeOf: (number | undefined)[] = [];
  private readonly places = new Map<string, number>();
  private readonly names = new Map<Name, number>();
  /** By slot: a goroutine's last site, and the set of its sites if there is more than one. */
  private readonly last: (Place | undefined)[] = [];
  private readonly seen: (Set<Place> | undefined)[] = [];

  /**
   * Subscribes to its source.
   *
   * @param intervals for looking up wakers
   * @param source the intervals to count
   */
  constructor(
    private readonly intervals: Intervals,
    source: IntervalSource,
    private readonly stacks: StackTable,
  ) {
    source.onGoroutineBegin((g) => {
      this.last[g.slot] = undefined;
      this.seen[g.slot] = undefined;
    });
    source.onInterval((i, g) => {
      if (i.activity === Activity.Waiting ? !g.system : i.activity === Activity.Syscall) this.add(i, g);
    });
  }

  /** The `top` sites with the largest sums of waits; number and sum (ns) of all sites. */
  result(top: number): { readonly sites: readonly BlockingPlace[]; readonly count: number; readonly total: number } {
    const all: Place[] = [];
    for (const first of this.byPlace) for (let site = first; site; site = site.next) all.push(site);
    all.sort((a, b) => b.waits.sum - a.waits.sum);
    return {
      sites: all.slice(0, top).map((site) => this.describe(site)),
      count: all.length,
      total: all.reduce((sum, site) => sum + site.waits.sum, 0),
    };
  }

  private add(i: Interval, g: GoroutineInfo): void {
    const reason = i.activity === Activity.Syscall ? "syscall" : i.reason;
    const place = this.place(i.stack);
    let site = this.byPlace[place];
    while (site && site.reason !== reason) site = site.next;
    if (!site) {
      site = new Place(reason);
      site.next = this.byPlace[place];
      this.byPlace[place] = site;
    }
    const duration = i.end - i.begin;
    site.waits.record(duration);
    if (i.cutBegin || i.cutEnd) site.cut++;
    if (duration > site.end - site.begin) {
      site.stack = i.stack;
      site.longest = g;
      site.begin = i.begin;
      site.end = i.end;
      site.atLeast = i.cutBegin || i.cutEnd;
    }
    this.countWaiter(site, g.slot);
    if (!i.cutEnd) this.countReleaser(site, i, duration);
  }

  private place(stack: number): number {
    let place = this.placeOf[stack];
    if (place === undefined) {
      const frame = ownFrame(this.stacks.frames(stack));
      const key = frame ? `${frame.function}\0${frame.file}\0${frame.line}` : "";
      place = this.places.get(key) ?? this.places.size;
      this.places.set(key, place);
      this.placeOf[stack] = place;
    }
    return place;
  }

  private countWaiter(site: Place, slot: number): void {
    const last = this.last[slot];
    if (last === site) return;
    this.last[slot] = site;
    if (last === undefined) {
      site.waiters++;
      return;
    }
    let seen = this.seen[slot];
    if (!seen) {
      seen = new Set([last]);
      this.seen[slot] = seen;
    }
    if (seen.has(site)) return;
    seen.add(site);
    site.waiters++;
  }

  private countReleaser(site: Place, i: Interval, duration: number): void {
    const waker = i.waker === NONE ? undefined : this.intervals.goroutine(i.waker);
    const name = waker === undefined ? "" : waker.startFunction || waker;
    let number = this.names.get(name);
    if (number === undefined) {
      number = this.names.size;
      this.names.set(name, number);
    }
    const key = number * 2 ** 32 + i.wakerStack;
    const releaser = site.releasers.get(key);
    if (releaser) {
      releaser.count++;
      releaser.total += duration;
    } else site.releasers.set(key, { name, stack: i.wakerStack, count: 1, total: duration });
  }

  private describe(site: Place): BlockingPlace {
    const { reason, waiters, cut, longest, begin, end, atLeast } = site;
    return {
      reason,
      stack: this.stacks.frames(site.stack),
      waits: distribution(site.waits),
      waiters,
      cut,
      longest: { goroutine: longest!.id, function: longest!.startFunction, begin, end, atLeast },
      releasers: this.releasersOf(site),
    };
  }

  /** Merges releasers by start function, which is known for all goroutines by now, and place of the release. */
  private releasersOf(site: Place): Releaser[] {
    const merged = new Map<string, { function: string; stack: number; count: number; total: number }>();
    for (const { name, stack, count, total } of site.releasers.values()) {
      const start = typeof name === "string" ? name : name.startFunction;
      const key = `${this.place(stack)} ${start}`;
      const one = merged.get(key);
      if (one) {
        one.count += count;
        one.total += total;
      } else merged.set(key, { function: start, stack, count, total });
    }
    return [...merged.values()]
      .sort((a, b) => b.total - a.total)
      .slice(0, SHOWN_RELEASERS)
      .map((releaser) => ({ ...releaser, stack: this.stacks.frames(releaser.stack) }));
  }
}
