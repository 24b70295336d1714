/**
 * Collects the lifetimes of goroutines and their longest calls, in one walk and bounded memory: it keeps the
 * longest-lived goroutines and the longest calls.
 */
import type { CallVisitor, Goroutine } from "./visitor.js";

export interface GoroutineTimeline {
  readonly goid: number;
  /** The goroutine that started it; 0 if unknown. */
  readonly parentGoid: number;
  readonly edge: number;
  /** Its go statement, a function of the forest; -1 for none. */
  readonly goStatement: number;
  /** Its first outermost call. */
  readonly node: number;
  /** Nanoseconds since the start of the process. */
  readonly start: number;
  readonly end: number;
  readonly calls: number;
  /** Its calls of at least {@link GoroutineTimelines.shortest}, by start, outer ones first. */
  readonly spans: readonly CallSpan[];
}

export interface CallSpan {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  /** Number of calls around it on its goroutine, not counting short and filtered ones. */
  readonly level: number;
}

/** A goroutine and those it started. */
export interface TimelineTree {
  readonly timeline: GoroutineTimeline;
  readonly below: readonly TimelineTree[];
}

/** The timelines of a process's goroutines. */
export interface GoroutineTimelines {
  /** Goroutines whose parent was not kept, by start. */
  readonly roots: readonly TimelineTree[];
  readonly kept: number;
  readonly hidden: number;
  /** Calls shorter than this (nanoseconds) are in no timeline. */
  readonly shortest: number;
}

export interface TimelineLimits {
  /** The most goroutines per process in the result. */
  readonly goroutines: number;
  /** The most calls of all goroutines together. */
  readonly spans: number;
}

interface Draft {
  goroutine: Goroutine;
  end: number;
  node: number;
  calls: number;
  spans: CallSpan[] | undefined;
}

/**
 * Goroutines remembered during the walk per goroutine in the result, so that the ancestors of those kept are still
 * there.
 */
const MEMORY = 15;

/** A visitor that collects goroutine timelines. */
export class TimelineCollector implements Required<Pick<CallVisitor, "begin" | "enter" | "exit" | "end">> {
  readonly #processes: Draft[][] = [];
  readonly #counts: number[] = [];
  #current: Draft | undefined;
  #last = 0;
  #open = 0;
  #spans = 0;
  #shortest = 0;
  /** Goroutines of the current process with a shorter life can be dropped. */
  #least = 0;

  constructor(private readonly limits: TimelineLimits) {}

  begin(goroutine: Goroutine): void {
    if (this.#last !== goroutine.process) this.#choose(this.#last);
    this.#last = goroutine.process;
    this.#current = { goroutine, end: goroutine.start, node: 0, calls: 0, spans: undefined };
    this.#open = 0;
  }

  enter(node: number): void {
    const draft = this.#current!;
    if (draft.node === 0) draft.node = node;
    draft.calls++;
    this.#open++;
  }

  exit(node: number, start: number, time: number): void {
    const level = --this.#open;
    if (time - start < this.#shortest) return;
    const draft = this.#current!;
    draft.spans ??= [];
    draft.spans.push({ node, start, end: time, level });
    if (++this.#spans > this.limits.spans * 2) this.#shorten(this.limits.spans);
  }

  end(_: Goroutine, time: number): void {
    const draft = this.#current!;
    this.#current = undefined;
    if (draft.calls === 0) return;
    draft.end = time;
    const { process } = draft.goroutine;
    this.#counts[process] = (this.#counts[process] ?? 0) + 1;
    if (time - draft.goroutine.start < this.#least) {
      this.#forget(draft);
      return;
    }
    const drafts = this.#processes[process] ?? [];
    this.#processes[process] = drafts;
    const most = this.limits.goroutines * MEMORY;
    if (drafts.push(draft) < 2 * most) return;
    drafts.sort(byLength);
    for (const each of drafts.splice(most)) this.#forget(each);
    // A shorter life would also be dropped next time.
    this.#least = lengthOf(drafts.at(-1)!);
  }

  #forget({ spans }: Draft): void {
    this.#spans -= spans?.length ?? 0;
  }

  /** The timelines of a process. Call it after the walk. */
  timelines(process: number): GoroutineTimelines {
    this.#choose(process);
    this.#shorten(this.limits.spans);
    const kept = this.#processes[process] ?? [];
    return {
      roots: treesOf(kept),
      kept: kept.length,
      hidden: (this.#counts[process] ?? 0) - kept.length,
      shortest: this.#shortest,
    };
  }

  /** Reduces a process to what the result needs. Processes are walked one after another, so it is complete by then. */
  #choose(process: number): void {
    const drafts = this.#processes[process];
    if (!drafts) return;
    const kept = withAncestors(drafts, this.limits.goroutines);
    this.#processes[process] = [...kept];
    for (const draft of drafts) if (!kept.has(draft)) this.#forget(draft);
    this.#least = 0;
  }

  /** Drops the shortest calls until at most `most` are left. */
  #shorten(most: number): void {
    const drafts = [...this.#processes.flat(), ...(this.#current ? [this.#current] : [])];
    const lengths = drafts
      .flatMap(({ spans }) => (spans ?? []).map(({ start, end }) => end - start))
      .sort((a, b) => b - a);
    this.#spans = lengths.length;
    if (lengths.length <= most) return;
    // Calls of equal length are all kept or all dropped.
    const limit = lengths[most];
    this.#shortest = lengths.findLast((length) => length > limit) ?? limit + 1;
    this.#spans = 0;
    for (const draft of drafts) {
      draft.spans = draft.spans?.filter(({ start, end }) => end - start >= this.#shortest);
      this.#spans += draft.spans?.length ?? 0;
    }
  }
}

const lengthOf = ({ goroutine, end }: Draft) => end - goroutine.start;
const byLength = (a: Draft, b: Draft) => lengthOf(b) - lengthOf(a);

/** The longest-lived goroutines, each with all its ancestors, at most `most` in all. */
function withAncestors(drafts: readonly Draft[], most: number): Set<Draft> {
  const byGoid = new Map(drafts.map((draft) => [draft.goroutine.goid, draft]));
  const kept = new Set<Draft>();
  /**
   * Those with more missing ancestors than room. They stay so: keeping one of the ancestors later reduces both numbers
   * by one.
   */
  const hopeless = new Set<Draft>();
  for (const draft of [...drafts].sort(byLength)) {
    if (kept.size >= most) break;
    const missing = new Set<Draft>();
    let at: Draft | undefined = draft;
    while (at && !kept.has(at) && !hopeless.has(at) && !missing.has(at)) {
      missing.add(at);
      at = parentOf(at, byGoid);
    }
    const room = at && hopeless.has(at) ? 0 : most - kept.size;
    if (missing.size <= room) for (const each of missing) kept.add(each);
    else {
      const tooDeep = missing.size - room;
      for (const each of [...missing].slice(0, tooDeep)) hopeless.add(each);
    }
  }
  return kept;
}

function parentOf({ goroutine }: Draft, byGoid: ReadonlyMap<number, Draft>): Draft | undefined {
  return goroutine.parentGoid === 0 ? undefined : byGoid.get(goroutine.parentGoid);
}

function treesOf(kept: readonly Draft[]): TimelineTree[] {
  const byGoid = new Map(kept.map((draft) => [draft.goroutine.goid, draft]));
  const placed = new Map<Draft, { timeline: GoroutineTimeline; below: TimelineTree[] }>();
  const roots: TimelineTree[] = [];
  for (const draft of [...kept].sort((a, b) => a.goroutine.start - b.goroutine.start)) {
    const tree = { timeline: timelineOf(draft), below: [] };
    const parent = parentOf(draft, byGoid);
    // A parent begins before its children, so it is already placed.
    const above = parent && placed.get(parent);
    (above?.below ?? roots).push(tree);
    placed.set(draft, tree);
  }
  return roots;
}

function timelineOf({ goroutine, end, node, calls, spans }: Draft): GoroutineTimeline {
  const { goid, parentGoid, edge, goStatement, start } = goroutine;
  const sorted = (spans ?? []).sort((a, b) => a.start - b.start || a.level - b.level);
  return { goid, parentGoid, edge, goStatement, node, start, end, calls, spans: sorted };
}
