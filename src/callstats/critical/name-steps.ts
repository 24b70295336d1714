/** Names the stretches of critical paths by the calls that were open then, in one walk over the calls. */
import { type Begun, CallCount, type WalkObserver } from "../../calltree/index.js";
import type { Stretch } from "./backward.js";

/** A stretch, or a part of one, within a call. */
export interface NamedStretch extends Stretch {
  /** The innermost open call, and the goroutine's outermost one. */
  readonly call: StepCall | undefined;
}

/** The calls that were open on a goroutine. */
interface StepCall {
  /** The function of the innermost one, an index into the functions of the forest. */
  readonly func: number;
  /** The function of the outermost one, and its number on the goroutine. */
  readonly outermost: number;
  readonly number: number;
}

/** Calls that take less of a path do not divide its stretches: their time counts as that of their caller. */
const SHARE = 0.02;

/** Observes the calls of a process, also those that are not selected. The stretches of one path do not overlap. */
export class StepNamer implements WalkObserver {
  private readonly byGoroutine = new Map<number, Track[]>();
  private readonly names = new Map<Stretch, Part[]>();
  private tracks: readonly Track[] = [];
  private readonly count = new CallCount();

  /**
   * @param paths the stretches of each path, in the order of time
   * @param functionOf from the replay's nodes to functions
   */
  constructor(
    paths: readonly (readonly Stretch[])[],
    private readonly functionOf: (built: number) => number,
  ) {
    for (const path of paths) {
      const whole = (path.at(-1)?.end ?? 0) - (path[0]?.begin ?? 0);
      const own = new Map<number, Track>();
      for (const stretch of path) {
        const track = own.get(stretch.goid) ?? new Track(SHARE * whole);
        own.set(stretch.goid, track);
        this.names.set(stretch, track.add(stretch));
      }
      for (const [goid, track] of own) this.byGoroutine.set(goid, [...(this.byGoroutine.get(goid) ?? []), track]);
    }
  }

  begin({ goid }: Begun): void {
    this.count.begin(goid);
    this.tracks = this.byGoroutine.get(goid) ?? [];
    for (const track of this.tracks) track.restart();
  }

  enter(_slot: number, node: number, time: number): void {
    const number = ++this.count.calls;
    for (const track of this.tracks) track.enter(node, time, number);
  }

  exit(_slot: number, _start: number, time: number): void {
    for (const track of this.tracks) track.exit(time);
  }

  spawn(): void {}

  end(time: number): void {
    for (const track of this.tracks) track.advance(time);
  }

  /** The parts of a stretch, in the order of time. */
  partsOf(stretch: Stretch): NamedStretch[] {
    const named: NamedStretch[] = [];
    let { begin } = stretch;
    const add = ({ end, node, outermost, number }: Part) => {
      if (end <= begin) return;
      const nameOf = () => ({ func: this.functionOf(node), outermost: this.functionOf(outermost), number });
      const call = node === NONE ? undefined : nameOf();
      named.push({ ...stretch, begin, end, call, link: named.length === 0 ? stretch.link : "same" });
      begin = end;
    };
    for (const part of this.names.get(stretch) ?? []) add(part);
    add({ ...NO_CALL, end: stretch.end });
    return named;
  }
}

/** A part of a stretch ends, in a call of a node, within an outermost call of another one; all as the replay numbers them. */
interface Part {
  end: number;
  readonly node: number;
  readonly outermost: number;
  readonly number: number;
}

const NONE = 0;
const NO_CALL = { node: NONE, outermost: NONE, number: 0 };

interface OpenCall {
  readonly node: number;
  readonly since: number;
  /** The stretch in which it began, and the number of that stretch's parts by then. */
  readonly at: number;
  readonly parts: number;
}

/** The stretches of one path on one goroutine, in the order of time. */
class Track {
  private readonly stretches: { readonly stretch: Stretch; readonly parts: Part[] }[] = [];
  private open: OpenCall[] = [];
  /** The outermost open call. */
  private outermost: Pick<Part, "outermost" | "number"> = NO_CALL;
  /** The first stretch that is not over yet. */
  private at = 0;

  /** @param least calls of less within a stretch do not divide it, nanoseconds */
  constructor(private readonly least: number) {}

  /** @returns where the parts of the stretch will be */
  add(stretch: Stretch): Part[] {
    const parts: Part[] = [];
    this.stretches.push({ stretch, parts });
    return parts;
  }

  restart(): void {
    this.open = [];
  }

  enter(node: number, time: number, number: number): void {
    this.advance(time);
    if (this.open.length === 0) this.outermost = { outermost: node, number };
    this.open.push({ node, since: time, at: this.at, parts: this.stretches[this.at]?.parts.length ?? 0 });
  }

  exit(time: number): void {
    const call = this.open.at(-1);
    if (call === undefined) return;
    this.advance(time);
    this.open.pop();
    const caller = this.open.at(-1);
    if (caller !== undefined) this.merge(call, caller.node, time);
  }

  /** Time passes in the innermost open call. */
  advance(time: number): void {
    const node = this.open.at(-1)?.node ?? NONE;
    for (; this.at < this.stretches.length; this.at++) {
      const { stretch, parts } = this.stretches[this.at];
      if (stretch.begin >= time) return;
      const outermost = node === NONE ? NO_CALL : this.outermost;
      extend(parts, stretch.begin, { ...outermost, node, end: Math.min(stretch.end, time) });
      if (stretch.end > time) return;
    }
  }

  /** A call has ended. In stretches that it only had a little of, that becomes its caller's. */
  private merge({ since, at: first, parts: before }: OpenCall, caller: number, time: number): void {
    for (let at = first; at <= this.at && at < this.stretches.length; at++) {
      const { stretch, parts } = this.stretches[at];
      const isPart = since > stretch.begin || time < stretch.end;
      const within = Math.min(time, stretch.end) - Math.max(since, stretch.begin);
      const kept = at === first ? before : 0;
      if (!isPart || within >= this.least || parts.length <= kept) continue;
      const { end } = parts[parts.length - 1];
      parts.length = kept;
      extend(parts, stretch.begin, { ...this.outermost, node: caller, end });
    }
  }
}

/** Adds a part, or makes the last one longer if it is of the same call. */
function extend(parts: Part[], begin: number, part: Part): void {
  const last = parts.at(-1);
  if (part.end <= (last?.end ?? begin)) return;
  if (last?.node === part.node && last.number === part.number) last.end = part.end;
  else parts.push(part);
}
