/** What is looked at: a process, a part of it, and what follows from them. */
import type { PageSection } from "../../render/call-page.js";
import type { PageStats } from "../../render/call-stats.js";
import { type CallTotals, callTotals, type Span } from "../../render/call-totals.js";
import { type Layout, layOut, type Order, type Weight } from "./layout.js";
import type { CallModel, ProcessModel } from "./model.js";

/** A part of a process; things are computed when they are asked for first. */
export class Part {
  readonly spans: readonly Span[];
  /** What 100% of time is, nanoseconds. */
  readonly whole: number;
  /** Functions that are tests. */
  readonly #tests: ReadonlySet<number>;
  #totals: CallTotals | undefined;
  readonly #layouts = new Map<string, Layout>();

  /** @param section the part; the whole process where it is undefined */
  constructor(
    readonly model: CallModel,
    readonly process: ProcessModel,
    readonly section: PageSection | undefined,
  ) {
    this.spans = section?.spans ?? process.everything;
    this.whole = section?.whole ?? process.info.total;
    const tests = process.info.sections.filter(({ test }) => test);
    this.#tests = new Set(tests.map(({ spans }) => process.paths.func[spans[0]![0]]));
  }

  /** Of all calls; of those in the part where it is not the whole process. */
  get totals(): CallTotals {
    const { paths, stacks, stats } = this.process;
    if (!this.section) return stats;
    this.#totals ??= callTotals(paths, this.model.size, stacks, this.spans);
    return this.#totals;
  }

  /** What single calls took, which is known for a whole process only. */
  get spread(): PageStats | undefined {
    return this.section ? undefined : this.process.stats;
  }

  layout(weight: Weight, order: Order): Layout {
    const key = `${weight} ${order}`;
    let layout = this.#layouts.get(key);
    if (!layout) {
      layout = layOut(this.process.paths, this.spans, { weight, order });
      this.#layouts.set(key, layout);
    }
    return layout;
  }

  /**
   * What stands before the outermost frame of a goroutine, as in the tree: `go`, or `go~` where code that is not traced
   * started it. Tests, which all have a goroutine, have it not.
   * @param top whether nothing that is known started it
   */
  spawnWord(edge: number, top: boolean, func: number): string {
    if (edge === 0 || this.#tests.has(func)) return "";
    return edge === 1 || top ? "go " : "go~ ";
  }

  /** The node of a function that took longest, 0 if it has none here. */
  longest(func: number): number {
    const { paths } = this.process;
    let found = 0;
    for (const [begin, end] of this.spans) {
      for (let node = begin; node < end; node++) {
        if (paths.func[node] === func && (found === 0 || paths.total[node] > paths.total[found])) found = node;
      }
    }
    return found;
  }
}
