/** Collects the occurrences of a rule by place: count, total, and the worst one. Memory: one record for each place. */
import type { GoroutineInfo } from "../analyses/index.js";
import { baseName } from "../base/place.js";
import { type Frame, NONE } from "../exectrace/index.js";
import type { Severity, Unit } from "./finding.js";
import { type Draft, type Limits, type Occurrence, severityOf, type Watch } from "./rule.js";

/** The occurrences at one place. */
export class Group {
  count = 0;
  total = 0;
  worst = Number.NEGATIVE_INFINITY;
  /** Nanoseconds during which at least one occurrence was going on; a lower bound if long ones enclose short ones. */
  covered = 0;
  /** The worst occurrence. */
  occurrence: Occurrence = { time: 0, duration: 0 };
  private coveredTo = 0;

  constructor(readonly key: string) {}

  /** Adds an occurrence that has just ended to `covered`. */
  cover(begin: number, end: number): void {
    this.covered += Math.max(end - Math.max(begin, this.coveredTo), 0);
    this.coveredTo = Math.max(end, this.coveredTo);
  }
}

/** Groups by key. Rules use subclasses of Group to keep more for each. */
export class Groups<G extends Group = Group> {
  private readonly byKey = new Map<string, G>();

  constructor(private readonly make: (key: string) => G) {}

  /** Counts an occurrence. `describe` is called only if it is the worst so far. */
  add(key: string, value: number, describe: () => Occurrence): G {
    const group = this.get(key);
    group.count++;
    group.total += value;
    if (value > group.worst) {
      group.worst = value;
      group.occurrence = describe();
    }
    return group;
  }

  /** The group with a key, added if it is new. */
  get(key: string): G {
    let group = this.byKey.get(key);
    if (!group) {
      group = this.make(key);
      this.byKey.set(key, group);
    }
    return group;
  }

  /** All groups. */
  values(): Iterable<G> {
    return this.byKey.values();
  }

  /** Yields a draft for every group to which `grade` gives a severity. */
  *drafts(
    unit: Unit,
    limits: { readonly warn: number },
    message: (group: G) => string,
    grade: (group: G) => Severity | undefined,
  ): Generator<Draft> {
    for (const group of this.values()) {
      const severity = grade(group);
      if (!severity) continue;
      yield {
        key: group.key,
        severity,
        excess: group.worst / limits.warn,
        message: message(group),
        count: group.count,
        worst: group.worst,
        total: group.total,
        unit,
        occurrence: group.occurrence,
      };
    }
  }
}

/**
 * Grades a group of occurrences that are each at or above `warn` by their mean, if there are `times` of them (or one
 * reaches `single`) and they cover a `share` of the trace: chance and a busy machine do not cause that. Otherwise one
 * beyond `error` is an info.
 *
 * @param length of the trace, ns
 */
export function repeated(
  group: Group,
  limits: Limits<"times" | "share"> & { readonly single?: number },
  length: number,
): Severity | undefined {
  const often = group.count >= limits.times || group.worst >= (limits.single ?? Number.POSITIVE_INFINITY);
  if (often && group.covered >= limits.share * length) return severityOf(group.total / group.count, limits);
  return group.worst >= limits.error ? "info" : undefined;
}

/** Groups without further data. */
export function plainGroups(): Groups {
  return new Groups((key) => new Group(key));
}

/**
 * The key of a place: function and file of the user's frame; for a stack without one, the function in which the
 * goroutine started. "" if neither is known.
 */
export function placeKey(watch: Watch, stack: number, g?: GoroutineInfo): string {
  const site = watch.userFrames.of(stack);
  return site ? frameKey(site) : (g?.startFunction ?? watch.stacks.frames(stack).at(-1)?.function ?? "");
}

/** The key of a frame: function and file, without line. */
export function frameKey(frame: Frame): string {
  return `${frame.function} ${baseName(frame.file)}`;
}

/** The fields of an Occurrence that name its goroutine. */
export function goroutineOf(g: GoroutineInfo): { goroutine: number; goroutineFunction: string | undefined } {
  return { goroutine: g.id, goroutineFunction: g.startFunction || undefined };
}

/** The fields of an Occurrence that name the waker; none if there is no waker. */
export function wakerOf(watch: Watch, i: { waker: number; wakerStack: number }) {
  if (i.waker === NONE) return {};
  return {
    waker: i.waker,
    wakerStack: i.wakerStack,
    wakerFunction: watch.goroutine(i.waker)?.startFunction || undefined,
  };
}

/** Name for messages: `goroutine 12 (main.worker)`. */
export function nameOf(o: Occurrence): string {
  if (o.goroutine === undefined) return "a goroutine";
  return o.goroutineFunction ? `goroutine ${o.goroutine} (${o.goroutineFunction})` : `goroutine ${o.goroutine}`;
}

/** Sums of amounts by name, for up to `limit` names: once full, it ignores new names. */
export class Tally {
  private readonly counts = new Map<string, number>();
  constructor(private readonly limit = 64) {}

  /** Adds to the sum of a name. */
  add(name: string, amount = 1): void {
    const count = this.counts.get(name);
    if (count !== undefined || this.counts.size < this.limit) this.counts.set(name, (count ?? 0) + amount);
  }

  /** The name with the largest sum; undefined if there is none. */
  top(): string | undefined {
    let best: string | undefined;
    let most = 0;
    for (const [name, amount] of this.counts) if (amount > most) [best, most] = [name, amount];
    return best;
  }
}
