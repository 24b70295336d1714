/**
 * Follows a call back from its end: what it did last, what it waited for before that, and so on to its beginning.
 *
 * A wait that another goroutine ended is replaced by what that goroutine did meanwhile. A goroutine that the call started
 * is followed to its beginning, and from there on the one that started it. Any other one, such as the holder of a lock or
 * a worker with a job of its own, is followed only as far as the wait reaches back: before that, the call was busy itself.
 */
import { type CallFamily, ENDED_BY_OTHERS, State } from "../../calltree/index.js";
import type { Past, PastStay } from "./past.js";

/** How a path comes from one goroutine to the next one. */
type Link =
  /** The same goroutine goes on; also the first step. */
  | "same"
  /** The goroutine before begins to wait for this one. */
  | "wait"
  /** The goroutine before ends a wait of this one. */
  | "wake"
  /** The goroutine before starts this one. */
  | "start";

/** A stretch of time of one goroutine in one state; nanoseconds since the start of the process. */
export interface Stretch {
  readonly goid: number;
  readonly begin: number;
  readonly end: number;
  /** Index into STATES. */
  readonly state: number;
  readonly reason: string;
  /** The function that the goroutine started with, and the user's function in which it waits; "" if unknown. */
  readonly startFunction: string;
  readonly place: string;
  /** Whether it is the call's own goroutine, or the call started it, directly or through others. */
  readonly isOwn: boolean;
  /** The state in which the goroutine that it keeps waiting waits meanwhile; -1 if it keeps none. */
  readonly keeps: number;
  readonly link: Link;
}

/** A wait that is being explained by another goroutine. */
interface Waiting {
  readonly goid: number;
  readonly begin: number;
  readonly state: number;
}

/** The most goroutines to which the path turns at one moment. */
const TURNS_MAX = 64;

/** The stretches of a call's critical path in the order of time. They cover the call without gaps. */
export function pathBack({ id, start, end, members }: CallFamily, past: Past): Stretch[] {
  const own = new OwnGoroutines(members, past);
  const waiting: Waiting[] = [];
  const path: (Omit<Stretch, "link"> & { link: Link })[] = [];
  let goid = id.goid;
  let time = end;
  let turns = 0;
  /** How the step that was found last, the later one in time, is reached from the one to find. */
  let link: Link = "same";
  const add = (begin: number, { state, reason, place }: Pick<PastStay, "state" | "reason" | "place">) => {
    if (begin >= time) return;
    const later = path.at(-1);
    if (later !== undefined) later.link = link;
    const keeps = waiting.at(-1)?.state ?? -1;
    path.push({
      goid,
      begin,
      end: time,
      state,
      reason,
      place,
      startFunction: past.startOf(goid),
      isOwn: own.has(goid),
      keeps,
      link: "same",
    });
    time = begin;
    link = "same";
    turns = 0;
  };
  const turnTo = (next: number, how: Link) => {
    goid = next;
    link = how;
    turns++;
  };
  while (time > start) {
    const over = waiting.findIndex(({ begin }) => begin >= time);
    if (over >= 0) {
      turnTo(waiting[over].goid, "wait");
      waiting.length = over;
      continue;
    }
    const stay = past.before(goid, time);
    const next = stay === undefined ? own.starterOf(goid) : wakerOf(goid, stay);
    if (next > 0 && turns < TURNS_MAX && past.knows(next, time)) {
      if (own.has(next)) waiting.length = 0;
      else if (stay !== undefined) waiting.push({ goid, begin: stay.begin, state: stay.state });
      turnTo(next, stay === undefined ? "start" : "wake");
      continue;
    }
    const limit = Math.max(start, ...waiting.map(({ begin }) => begin));
    add(Math.max(limit, stay?.begin ?? limit), stay ?? NOTHING);
  }
  return path.reverse();
}

const NOTHING = { state: State.unknown, reason: "", place: "" };

/** The goroutines of a call: those of its family, and those without traced calls that they started meanwhile. */
class OwnGoroutines {
  private readonly parents: Map<number, number>;

  constructor(
    members: CallFamily["members"],
    private readonly past: Past,
  ) {
    this.parents = new Map(members.map(({ goid, parent }) => [goid, parent]));
  }

  /** The goroutine that started one; 0 or less if that is not known. */
  starterOf(goid: number): number {
    return this.parents.get(goid) ?? this.past.creatorOf(goid);
  }

  /** @param most the most goroutines between the call and this one: a damaged trace may have a circle of creators */
  has(goid: number, most = 64): boolean {
    if (this.parents.has(goid)) return true;
    const creator = this.past.creatorOf(goid);
    if (creator <= 0 || most === 0 || !this.has(creator, most - 1)) return false;
    this.parents.set(goid, creator);
    return true;
  }
}

/** The goroutine that ended a wait; -1 for none. */
function wakerOf(goid: number, { state, waker }: PastStay): number {
  return ENDED_BY_OTHERS.has(state) && waker !== goid ? waker : -1;
}
