/** Sums per function or per call path, with item numbers that are the same in every run, for comparing runs. */
import { NumberMap } from "../base/columns.js";
import type { CallForest } from "../calltree/index.js";
import { stepOf } from "./paths.js";
import { type StateSums, statesOfNode } from "./state-sums.js";
import type { FunctionStats } from "./stats.js";

/** Calls and nanoseconds of an item in one run. */
export interface ItemSums {
  calls: number;
  total: number;
  self: number;
  panics: number;
  /** How the times divide into states; undefined unless known for all calls. */
  states?: StateSums | undefined;
}

/** The items of one run, by item number. */
export type RunItems = ReadonlyMap<number, ItemSums>;

/** Numbers texts in order of first appearance. */
class Names {
  readonly list: string[] = [];
  private readonly numbers = new Map<string, number>();

  number(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.list.push(name) - 1;
      this.numbers.set(name, number);
    }
    return number;
  }
}

/** Functions of several runs, matched by name. */
export class FunctionItems {
  private readonly names = new Names();

  /** The items of a run. @param keep selects the functions to compare by name */
  items(rows: readonly FunctionStats[], keep: (name: string) => boolean): RunItems {
    const items = new Map<number, ItemSums>();
    for (const row of rows) if (keep(row.name)) add(items, this.names.number(row.name), row);
    return items;
  }

  /** The name of an item. */
  describe(item: number): { name: string; path: undefined } {
    return { name: this.names.list[item], path: undefined };
  }
}

/** Factor that packs a step and a path number into one key: there are fewer than 2^21 steps. */
const STEPS = 2 ** 32;

/** Call paths of several runs, matched by function names and by where goroutines begin. */
export class PathItems {
  private readonly steps = new Names();
  private readonly functions: string[] = [""];
  private readonly parents: number[] = [-1];
  private readonly lastSteps: number[] = [-1];
  private readonly numbers = new NumberMap();

  /** The items of a run. @param keep called for each node of each process */
  items(forest: CallForest, keep: (process: number, node: number) => boolean): RunItems {
    const items = new Map<number, ItemSums>();
    for (const [index, { tree }] of forest.processes.entries()) {
      const paths = new Int32Array(tree.size);
      for (let node = 1; node < tree.size; node++) {
        const func = tree.func[node];
        const step = this.steps.number(stepOf(forest.functions, tree, node));
        const path = this.path(paths[tree.parent[node]], step, forest.functions[func].name);
        paths[node] = path;
        if (!keep(index, node)) continue;
        const panics = tree.panics.get(node) ?? 0;
        const [total, self] = [Math.round(tree.total[node]), Math.round(tree.self[node])];
        const states = statesOfNode(tree, node);
        add(items, path, { calls: tree.calls[node], total, self, panics, states });
      }
    }
    return items;
  }

  /** The function and path of an item, outermost call first. */
  describe(item: number): { name: string; path: readonly string[] } {
    const path: string[] = [];
    for (let at = item; at > 0; at = this.parents[at]) path.push(this.steps.list[this.lastSteps[at]]);
    return { name: this.functions[item], path: path.reverse() };
  }

  private path(parent: number, step: number, name: string): number {
    const key = step * STEPS + parent;
    const known = this.numbers.get(key, -1);
    if (known >= 0) return known;
    const path = this.parents.push(parent) - 1;
    this.lastSteps.push(step);
    this.functions.push(name);
    this.numbers.set(key, path);
    return path;
  }
}

function add(items: Map<number, ItemSums>, item: number, added: Readonly<ItemSums>): void {
  const { calls, total, self, panics, states } = added;
  const sums = items.get(item);
  if (sums === undefined) items.set(item, { calls, total, self, panics, states });
  else {
    sums.calls += calls;
    sums.total += total;
    sums.self += self;
    sums.panics += panics;
    sums.states = sums.states &&
      states && { self: plus(sums.states.self, states.self), total: plus(sums.states.total, states.total) };
  }
}

function plus(one: readonly number[], other: readonly number[]): number[] {
  return one.map((time, state) => time + other[state]);
}
