/** Callers and callees of chosen functions, with call counts and times. */
import { matching } from "../base/names.js";
import { type CallForest, type CallVisitor, EdgeKind, type Goroutine } from "../calltree/index.js";

/** The calls between the chosen functions and one other; times in nanoseconds. */
export interface Neighbour {
  /** Go's name; undefined if the caller is not traced. */
  readonly name: string | undefined;
  /** The link is a go statement: the calls are the outermost of their goroutines. */
  readonly spawned: boolean;
  readonly calls: number;
  /**
   * For a caller: its share of the chosen functions' total; all callers add up to it. For a callee: the time of these
   * calls; nested ones count once.
   */
  readonly total: number;
  /** Self time of the calls. */
  readonly self: number;
}

interface Sums {
  readonly func: number;
  readonly spawned: boolean;
  calls: number;
  total: number;
  self: number;
  open: number;
}

interface Frame {
  func: number;
  asked: boolean;
  /** For a call of a chosen function: whether it is the outermost such call, and the sums of its caller. */
  outermost: boolean;
  caller: Sums | undefined;
  /** For a call made by a chosen function: the sums of the callee. */
  callee: Sums | undefined;
}

const NOBODY = -1;

/** Collects callers and callees in one walk. Memory: the open calls and one entry per neighbour. */
export class NeighbourMeter implements CallVisitor {
  private readonly callersBy = new Map<number, Sums>();
  private readonly calleesBy = new Map<number, Sums>();
  private readonly asked: readonly boolean[];
  private readonly frames: Frame[] = [];
  private goroutine: Goroutine | undefined;
  /** Open calls of chosen functions. */
  private open = 0;

  /** @param matches selects functions by name */
  constructor(
    private readonly forest: CallForest,
    matches: (name: string) => boolean,
  ) {
    this.asked = matching(
      forest.functions.map(({ name }) => name),
      matches,
    );
  }

  begin(goroutine: Goroutine): void {
    this.goroutine = goroutine;
    this.frames.length = 0;
    this.open = 0;
  }

  enter(node: number): void {
    const func = this.forest.processes[this.goroutine!.process].tree.func[node];
    const above = this.frames.at(-1);
    const asked = this.asked[func];
    const frame: Frame = { func, asked, outermost: false, caller: undefined, callee: undefined };
    if (asked) {
      frame.outermost = this.open++ === 0;
      frame.caller = above ? sums(this.callersBy, above.func, false) : this.spawner();
    }
    if (above?.asked) {
      frame.callee = sums(this.calleesBy, func, false);
      frame.callee.open++;
    }
    this.frames.push(frame);
  }

  exit(_node: number, start: number, time: number, self: number): void {
    const frame = this.frames.pop()!;
    const duration = time - start;
    const { caller, callee } = frame;
    if (caller !== undefined) {
      this.open--;
      add(caller, frame.outermost ? duration : 0, self);
    }
    if (callee !== undefined) add(callee, --callee.open === 0 ? duration : 0, self);
  }

  /** The frame that started the goroutine. */
  private spawner(): Sums {
    const { process, node, edge } = this.goroutine!;
    const func = node > 0 && edge !== EdgeKind.call ? this.forest.processes[process].tree.func[node] : NOBODY;
    return sums(this.callersBy, func, func !== NOBODY);
  }

  /** Most time first. */
  callers(): Neighbour[] {
    return this.neighbours(this.callersBy);
  }

  /** Most time first. Goroutines that the functions start are not callees. */
  callees(): Neighbour[] {
    return this.neighbours(this.calleesBy);
  }

  private neighbours(by: ReadonlyMap<number, Sums>): Neighbour[] {
    return [...by.values()]
      .map(({ func, spawned, calls, total, self }) => ({
        name: this.forest.functions[func]?.name,
        spawned,
        calls,
        total: Math.round(total),
        self: Math.round(self),
      }))
      .sort((a, b) => b.total - a.total || b.calls - a.calls);
  }
}

function sums(by: Map<number, Sums>, func: number, spawned: boolean): Sums {
  const key = 2 * (func + 1) + (spawned ? 1 : 0);
  let found = by.get(key);
  if (found === undefined) {
    found = { func, spawned, calls: 0, total: 0, self: 0, open: 0 };
    by.set(key, found);
  }
  return found;
}

function add(sums: Sums, total: number, self: number): void {
  sums.calls++;
  sums.total += total;
  sums.self += self;
}
