/** Collects the calls and stays of requests, on all their goroutines, in one walk. */
import type { CriticalPath, PathStep } from "../../callstats/index.js";
import type { CallFamily, CallVisitor, FamilyMember, Goroutine, Stays } from "../../calltree/index.js";
import type { RequestCall, RequestDetail, RequestMember, RequestStay, RequestStep } from "./request-detail.js";

/**
 * The most goroutines, calls, stays and steps of a request; of more, the first goroutines and the longest calls, stays and
 * steps. As many goroutines again that have the most time on its critical path, and as many of others.
 */
const MEMBERS = 100;
const CALLS = 2_000;
const STAYS = 2_000;
const STEPS = 1_000;
/** The least share of a request that a goroutine of others with no traced calls must have of its critical path. */
const FOREIGN = 0.01;

interface Draft {
  readonly family: CallFamily;
  readonly path: readonly PathStep[];
  /** In the order in which they were started. */
  readonly members: readonly DraftMember[];
  calls: number;
  shortest: number;
}

interface DraftMember {
  readonly draft: Draft;
  readonly member: FamilyMember;
  /** Whether it is on the critical path and not of the request. */
  readonly isForeign: boolean;
  calls: RequestCall[];
}

/** A visitor of one process. Memory: {@link CALLS} calls twice for each request. */
export class MemberCollector implements CallVisitor {
  private readonly drafts: readonly Draft[];
  private readonly byGoid = new Map<number, DraftMember[]>();
  /** Those of the goroutine that is visited. */
  private active: readonly DraftMember[] = [];
  private depth = 0;

  /**
   * @param paths by family: its critical path, if it is known
   * @param func by node: its function
   */
  constructor(
    families: readonly CallFamily[],
    paths: readonly (CriticalPath | undefined)[],
    private readonly func: ArrayLike<number>,
  ) {
    this.drafts = families.map((family, i) => draftOf(family, paths[i]?.steps ?? []));
    for (const each of this.drafts.flatMap(({ members }) => members)) {
      const { goid } = each.member;
      this.byGoid.set(goid, [...(this.byGoid.get(goid) ?? []), each]);
    }
  }

  begin({ goid }: Goroutine): void {
    this.active = this.byGoid.get(goid) ?? [];
    this.depth = 0;
  }

  enter(): void {
    this.depth++;
  }

  exit(node: number, start: number, time: number): void {
    const level = --this.depth;
    for (const { draft, member, calls, isForeign } of this.active) {
      const last = Math.min(member.to, draft.family.end);
      if (start > last || (isForeign ? time <= member.from : start < member.from)) continue;
      const from = Math.max(start, member.from);
      const end = Math.min(time, last);
      if (end - from < draft.shortest) continue;
      calls.push({ func: this.func[node], node, start: from, end, level });
      if (++draft.calls > 2 * CALLS) shorten(draft);
    }
  }

  /** What is known of the requests, in their order. Call it after the walk. */
  details(stays: Stays | undefined): RequestDetail[] {
    return this.drafts.map((draft) => {
      shorten(draft);
      const { family, path, members, shortest } = draft;
      const { start, end } = family;
      const own = members.map((each) => memberOf(each, stays));
      const briefest = leastOf(
        own.flatMap((member) => member.stays.map(lengthOf)),
        STAYS,
      );
      const kept = own.map((member) => ({
        ...member,
        stays: member.stays.filter((stay) => lengthOf(stay) >= briefest),
      }));
      const omitted = family.members.length - members.filter(({ isForeign }) => !isForeign).length;
      const smallest = leastOf(path.map(lengthOf), STEPS);
      const steps = path.filter((step) => lengthOf(step) >= smallest).map(stepOf);
      return { start, end, omitted, shortest, briefest, smallest, members: kept, path: steps };
    });
  }
}

function stepOf({ goid, begin, end, state, reason, call, place, startFunction }: PathStep): RequestStep {
  return {
    goid,
    begin,
    end,
    state,
    reason,
    func: call?.func ?? -1,
    place: startFunction === "" ? place : startFunction,
  };
}

const lengthOf = ({ begin, end }: { readonly begin: number; readonly end: number }) => end - begin;

function draftOf(family: CallFamily, path: readonly PathStep[]): Draft {
  const onPath = longestOn(path);
  const within = family.members
    .filter(({ spawned, parent }) => parent === 0 || spawned < family.end)
    .filter(({ goid }, i) => i < MEMBERS || onPath.has(goid));
  const own = new Set(family.members.map(({ goid }) => goid));
  const foreign = path.filter(({ goid }) => !own.has(goid));
  const others = foreignMembers(family, foreign);
  const members: DraftMember[] = [];
  const draft: Draft = { family, path, members, calls: 0, shortest: 0 };
  for (const member of [...within, ...others]) {
    members.push({ draft, member, isForeign: !own.has(member.goid), calls: [] });
  }
  return draft;
}

/** The goroutines with the most time on a path. */
function longestOn(path: readonly PathStep[]): Set<number> {
  const times = new Map<number, number>();
  for (const step of path) times.set(step.goid, (times.get(step.goid) ?? 0) + lengthOf(step));
  const sorted = [...times].sort(([, a], [, b]) => b - a);
  return new Set(sorted.slice(0, MEMBERS).map(([goid]) => goid));
}

/** Goroutines of others on a critical path: those that run traced code, and those that are there for long. */
function foreignMembers({ start, end }: CallFamily, steps: readonly PathStep[]): FamilyMember[] {
  const found = new Map<number, { to: number; time: number }>();
  for (const step of steps) {
    const time = (found.get(step.goid)?.time ?? 0) + (step.call ? end - start : lengthOf(step));
    found.set(step.goid, { to: step.end, time });
  }
  return [...found]
    .filter(([, { time }]) => time >= FOREIGN * (end - start))
    .slice(0, MEMBERS)
    .map(([goid, { to }]) => ({ goid, from: start, to, parent: 0, spawned: start }));
}

/** Drops the shortest calls until there are few enough. */
function shorten(draft: Draft): void {
  const lengths = draft.members.flatMap(({ calls }) => calls.map(({ start, end }) => end - start));
  draft.calls = lengths.length;
  if (lengths.length <= CALLS) return;
  draft.shortest = leastOf(lengths, CALLS);
  for (const member of draft.members) {
    member.calls = member.calls.filter(({ start, end }) => end - start >= draft.shortest);
  }
  draft.calls = draft.members.reduce((sum, { calls }) => sum + calls.length, 0);
}

/** The least length of which there are at most `most` that are as long; 0 if there are no more in all. */
function leastOf(lengths: number[], most: number): number {
  if (lengths.length <= most) return 0;
  lengths.sort((a, b) => b - a);
  const limit = lengths[most];
  return lengths.findLast((length) => length > limit) ?? limit + 1;
}

function memberOf({ draft, member, isForeign, calls }: DraftMember, stays: Stays | undefined): RequestMember {
  const { end } = draft.family;
  const { goid, parent, spawned, from } = member;
  const to = Math.max(from, Math.min(member.to, end));
  const least = calls.reduce((min, { level }) => Math.min(min, level), Number.POSITIVE_INFINITY);
  const sorted = calls
    .sort((a, b) => a.start - b.start || a.level - b.level)
    .map((call) => ({ ...call, level: call.level - least }));
  const began = Math.min(spawned, from);
  return {
    ...{ goid, parent, from, to, calls: sorted, spawned: began },
    isForeign,
    outlives: member.to > end,
    stays: stays === undefined ? [] : staysOf(stays, goid, began, to),
  };
}

/** The stays of a goroutine between two times. */
function staysOf(stays: Stays, goid: number, from: number, to: number): RequestStay[] {
  const cursor = stays.cursor();
  const list: RequestStay[] = [];
  for (let found = cursor.seek(goid, from); found && cursor.begin < to; found = cursor.next()) {
    const { state, reason, place, waker, wakerPlace } = cursor;
    const [begin, end] = [Math.max(from, cursor.begin), Math.min(to, cursor.end)];
    list.push({ begin, end, state, reason, place, waker, wakerPlace });
  }
  return list;
}
