/** Collects the calls and stays of requests, on all their goroutines, in one walk. */
import type { CallFamily, CallVisitor, FamilyMember, Goroutine, Stays } from "../../calltree/index.js";
import type { RequestCall, RequestDetail, RequestMember, RequestStay } from "./request-detail.js";

/** The most goroutines, calls and stays of a request; of more, the first goroutines and the longest calls and stays. */
const MEMBERS = 100;
const CALLS = 2_000;
const STAYS = 2_000;

interface Draft {
  readonly family: CallFamily;
  /** In the order in which they were started. */
  readonly members: readonly DraftMember[];
  calls: number;
  shortest: number;
}

interface DraftMember {
  readonly draft: Draft;
  readonly member: FamilyMember;
  calls: RequestCall[];
}

/** A visitor of one process. Memory: {@link CALLS} calls twice for each request. */
export class MemberCollector implements CallVisitor {
  private readonly drafts: readonly Draft[];
  private readonly byGoid = new Map<number, DraftMember[]>();
  /** Those of the goroutine that is visited. */
  private active: readonly DraftMember[] = [];
  private depth = 0;

  /** @param func by node: its function */
  constructor(
    families: readonly CallFamily[],
    private readonly func: ArrayLike<number>,
  ) {
    this.drafts = families.map(draftOf);
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
    for (const { draft, member, calls } of this.active) {
      if (start < member.from || start > Math.min(member.to, draft.family.end)) continue;
      if (time - start < draft.shortest) continue;
      const end = Math.min(time, draft.family.end);
      calls.push({ func: this.func[node], node, start, end, level });
      if (++draft.calls > 2 * CALLS) shorten(draft);
    }
  }

  /** What is known of the requests, in their order. Call it after the walk. */
  details(stays: Stays | undefined): RequestDetail[] {
    return this.drafts.map((draft) => {
      shorten(draft);
      const { family, members, shortest } = draft;
      const { start, end } = family;
      const own = members.map((each) => memberOf(each, stays));
      const lengths = own.flatMap((member) => member.stays.map((stay) => stay.end - stay.begin));
      const briefest = leastOf(lengths, STAYS);
      const kept = own.map((member) => ({
        ...member,
        stays: member.stays.filter((stay) => stay.end - stay.begin >= briefest),
      }));
      return {
        start,
        end,
        omitted: family.members.length - members.length,
        shortest,
        briefest,
        members: kept,
        path: [],
      };
    });
  }
}

function draftOf(family: CallFamily): Draft {
  const within = family.members.filter(({ spawned, parent }) => parent === 0 || spawned < family.end);
  const members: DraftMember[] = [];
  const draft: Draft = { family, members, calls: 0, shortest: 0 };
  for (const member of within.slice(0, MEMBERS)) members.push({ draft, member, calls: [] });
  return draft;
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

function memberOf({ draft, member, calls }: DraftMember, stays: Stays | undefined): RequestMember {
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
