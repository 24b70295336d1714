/**
 * Who kept ready goroutines from running. Each nanosecond that a goroutine is ready is shared equally among the
 * goroutines that are on a processor then, each by its innermost open call: any of these processors would have run it.
 * While a processor is idle nobody is to blame but the runtime, which is about to use it; while the world is stopped,
 * nobody but the one who stopped it.
 *
 * If calls of very many nodes are ready at a time, further ones form a crowd, which is charged as one; each node in it
 * then gets the part of its time. So the time needed grows with what runs times {@link KINDS}.
 *
 * A sweep over time. It adds up the shares (`share`: the integral of 1 / number of goroutines on processors), and
 * charges a pair of calls when either side changes: the number of ready goroutines of a kind, or what runs.
 */
import { State, type Stays } from "../calltree/index.js";
import type { Culprit, Pairs } from "./pairs.js";
import type { Slices } from "./slices.js";
import type { Spans } from "./spans.js";
import type { Waits } from "./waits.js";

/** When processors were idle and when the world was stopped. */
export interface Occupation {
  readonly idle: Spans;
  readonly stopped: Spans;
}

/** What is to blame when no goroutine is: by index into the integrals of {@link Sweep}. */
const CAUSES = ["stop the world", "idle processor", "scheduler"] as const;

/** The most kinds of ready goroutines that are told apart at a time. */
const KINDS = 64;

/** A kind of ready goroutines: those in calls of the same node. */
class Kind {
  ready = 0;
  /** All time in which they were ready, and what of it they were in the crowd. */
  time = 0;
  crowded = 0;
  /** Since when the present number holds: the share and the other integrals then. */
  share = 0;
  readonly others = CAUSES.map(() => 0);
  /** By culprit, then by cause. */
  readonly charged = new Map<number, number>();
  readonly caused = CAUSES.map(() => 0);

  constructor(
    readonly waiter: number,
    readonly starts: boolean,
  ) {}
}

/** @param node by wait: the call that was ready; @param starts whether a goroutine waits for its start */
export function chargeReady(
  waits: Waits,
  { node, starts }: { readonly node: Int32Array; readonly starts: Uint8Array },
  slices: Slices,
  { stays, occupation }: { readonly stays: Stays; readonly occupation: Occupation },
  pairs: Pairs,
): void {
  const kinds = new Map<number, Kind>();
  const kindOf = Array.from({ length: waits.count }, (_, wait) => {
    const key = node[wait] * 2 + starts[wait];
    const kind = kinds.get(key) ?? new Kind(node[wait], starts[wait] === 1);
    kinds.set(key, kind);
    kind.time += waits.end[wait] - waits.begin[wait];
    return kind;
  });
  const culprits = new Culprits(stays, slices);
  const sweep = new Sweep(waits, kindOf, slices, culprits, occupation);
  sweep.run();
  const { crowd } = sweep;
  for (const { waiter, starts, time, crowded, charged, caused } of kinds.values()) {
    const who = { waiter, state: State.runnable, reason: "", starts };
    const part = crowded === 0 ? 0 : crowded / crowd.time;
    if (part > 0)
      for (const [number, share] of crowd.charged) charged.set(number, (charged.get(number) ?? 0) + share * part);
    const shares = [
      ...[...charged].map(([number, share]) => ({ culprit: culprits.list[number], share })),
      ...caused.map((share, cause) => ({
        culprit: { culprit: 0, via: "", cause: CAUSES[cause] },
        share: share + crowd.caused[cause] * part,
      })),
    ];
    addExactly(shares, time, (culprit, share) => pairs.add(who, culprit, share, 0));
  }
}

/** Whole nanoseconds that add up to the whole. */
function addExactly(
  shares: readonly { readonly culprit: Culprit; readonly share: number }[],
  whole: number,
  add: (culprit: Culprit, share: number) => void,
): void {
  const end = Math.round(whole);
  let sum = 0;
  let given = 0;
  for (const [i, { culprit, share }] of shares.entries()) {
    sum += share;
    const upTo = i === shares.length - 1 ? end : Math.min(end, Math.round(sum));
    if (upTo > given) add(culprit, upTo - given);
    given = Math.max(given, upTo);
  }
}

/** Numbers for what runs: calls by node, and untraced code by the function that its goroutine started with. */
class Culprits {
  readonly list: Culprit[] = [];
  /** By slice. */
  readonly of: Uint32Array;

  constructor(stays: Stays, { count, node, goid }: Slices) {
    const numbers = new Map<number | string, number>();
    this.of = Uint32Array.from({ length: count }, (_, slice) => {
      const traced = node[slice] !== 0;
      const key = traced ? node[slice] : stays.startOf(goid[slice]);
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, this.list.length);
      const via = traced ? "" : String(key);
      return this.list.push({ culprit: node[slice], via, cause: traced ? "" : "running" }) - 1;
    });
  }
}

class Sweep {
  private share = 0;
  private readonly others = CAUSES.map(() => 0);
  /** Those that are not told apart. */
  readonly crowd = new Kind(0, false);
  /** By wait. */
  private readonly isCrowded: Uint8Array;
  private readonly ready = new Set<Kind>();
  private readonly running = new Set<number>();
  /** By running slice: the share when it began. */
  private readonly since = new Map<number, number>();

  constructor(
    private readonly waits: Waits,
    private readonly kindOf: readonly Kind[],
    private readonly slices: Slices,
    private readonly culprits: Culprits,
    private readonly occupation: Occupation,
  ) {
    this.isCrowded = new Uint8Array(waits.count);
  }

  run(): void {
    const { waits, slices } = this;
    const { idle, stopped } = this.occupation;
    const [waitBegins, waitEnds] = [waits.begin, waits.end].map((time) => inOrder(waits.count, time));
    const [sliceBegins, sliceEnds] = [slices.begin, slices.end].map((time) => inOrder(slices.count, time));
    const at = { waitBegin: 0, waitEnd: 0, sliceBegin: 0, sliceEnd: 0 };
    const isIn = { idle: new Within(idle), stopped: new Within(stopped) };
    const nextOf = (order: Uint32Array, i: number, times: Float64Array) =>
      i < order.length ? times[order[i]] : Number.POSITIVE_INFINITY;
    let time = Math.min(nextOf(waitBegins, 0, waits.begin), nextOf(sliceBegins, 0, slices.begin));
    while (at.waitEnd < waits.count) {
      const [idleNow, stoppedNow] = [isIn.idle.at(time), isIn.stopped.at(time)];
      const next = Math.min(
        nextOf(waitEnds, at.waitEnd, waits.end),
        nextOf(waitBegins, at.waitBegin, waits.begin),
        nextOf(sliceBegins, at.sliceBegin, slices.begin),
        nextOf(sliceEnds, at.sliceEnd, slices.end),
        isIn.idle.until,
        isIn.stopped.until,
      );
      if (next > time) {
        if (stoppedNow) this.others[0] += next - time;
        else if (idleNow) this.others[1] += next - time;
        else if (this.running.size === 0) this.others[2] += next - time;
        else this.share += (next - time) / this.running.size;
        time = next;
      }
      while (nextOf(sliceEnds, at.sliceEnd, slices.end) <= time) this.stops(sliceEnds[at.sliceEnd++]);
      while (nextOf(waitEnds, at.waitEnd, waits.end) <= time) this.ends(waitEnds[at.waitEnd++]);
      while (nextOf(waitBegins, at.waitBegin, waits.begin) <= time) this.begins(waitBegins[at.waitBegin++]);
      while (nextOf(sliceBegins, at.sliceBegin, slices.begin) <= time) this.starts(sliceBegins[at.sliceBegin++]);
    }
  }

  private starts(slice: number): void {
    this.running.add(slice);
    this.since.set(slice, this.share);
  }

  private stops(slice: number): void {
    for (const kind of this.ready) this.charge(kind, slice);
    this.running.delete(slice);
    this.since.delete(slice);
  }

  private begins(wait: number): void {
    const { ready, crowd, waits } = this;
    const kind = this.kindOf[wait];
    if (ready.has(kind) || ready.size < KINDS) {
      this.changes(kind, 1);
      return;
    }
    this.isCrowded[wait] = 1;
    const time = waits.end[wait] - waits.begin[wait];
    kind.crowded += time;
    crowd.time += time;
    this.changes(crowd, 1);
  }

  private ends(wait: number): void {
    this.changes(this.isCrowded[wait] === 1 ? this.crowd : this.kindOf[wait], -1);
  }

  /** The number of ready goroutines of a kind changes. */
  private changes(kind: Kind, by: number): void {
    if (kind.ready > 0) {
      for (const slice of this.running) this.charge(kind, slice);
      for (const [cause, sum] of this.others.entries()) {
        kind.caused[cause] += kind.ready * (sum - kind.others[cause]);
      }
    }
    kind.ready += by;
    kind.share = this.share;
    for (const [cause, sum] of this.others.entries()) kind.others[cause] = sum;
    if (kind.ready > 0) this.ready.add(kind);
    else this.ready.delete(kind);
  }

  /** Charges what has not been charged yet to a slice, which runs. */
  private charge(kind: Kind, slice: number): void {
    const share = kind.ready * (this.share - Math.max(kind.share, this.since.get(slice)!));
    if (!(share > 0)) return;
    const culprit = this.culprits.of[slice];
    kind.charged.set(culprit, (kind.charged.get(culprit) ?? 0) + share);
  }
}

/** Whether a time that only grows is within one of some spans. */
class Within {
  private next = 0;
  /** Up to when the last answer holds. */
  until = Number.NEGATIVE_INFINITY;

  constructor(private readonly spans: Spans) {}

  at(time: number): boolean {
    const { spans } = this;
    while (this.next < spans.count && spans.end[this.next] <= time) this.next++;
    if (this.next === spans.count) {
      this.until = Number.POSITIVE_INFINITY;
      return false;
    }
    const isWithin = spans.begin[this.next] <= time;
    this.until = isWithin ? spans.end[this.next] : spans.begin[this.next];
    return isWithin;
  }
}

function inOrder(count: number, time: Float64Array): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => time[a] - time[b]);
}
