/** Checks the calls of a recording against assertions. */
import { nearest } from "../base/nearest.js";
import {
  type CallForest,
  type CallVisitor,
  type FunctionInfo,
  isTestFunction,
  latest,
  localTest,
  type Owners,
  ownersOf,
  timeIn,
} from "../calltree/index.js";
import type { Assertion } from "./assertion.js";
import { Claim, type Subject } from "./claim.js";
import { type CallGroup, spreadOf, sumsOf } from "./group.js";
import { type ItemSums, PathItems } from "./items.js";
import { nearestName } from "./match.js";
import { CallMeter } from "./meter.js";
import { type Assertable, isSum, type Reading } from "./reading.js";

/** The result of an assertion. An assertion whose test pattern matches several tests has a verdict for each. */
export interface Verdict {
  readonly assertion: Assertion;
  /** What it measures. */
  readonly reading: Reading;
  /** Go's name of the test. */
  readonly test: string | undefined;
  /** How often the test ran; counts and sums are means over its runs. 1 for the whole run. */
  readonly runs: number;
  /** Undefined if there is nothing to measure: no such test, or no call to time. */
  readonly actual: number | undefined;
  /** What the number may be at most, if all unknown time was spent in the states measured; undefined if it has none. */
  readonly most: number | undefined;
  /** Whether the assertion holds, whatever the unknown time was spent in. */
  readonly ok: boolean;
  readonly calls: number;
  /** For an assertion about a test: calls of its functions that belong to no test, and the top paths of these. */
  readonly outside: { readonly calls: number; readonly paths: readonly PathShare[] };
  /**
   * Set if the assertion could never fail: the named function or test does not exist, or it is about states and no
   * process has an execution trace.
   */
  readonly unknown: "function" | "test" | "states" | undefined;
  /** The first of its functions that was recorded. */
  readonly function: FunctionInfo | undefined;
  /** The most similar test or function name, if none matches. */
  readonly near: string | undefined;
  /** For the first failures of an assertion: the paths that contribute most. */
  readonly paths: readonly PathShare[];
}

/** A call path, outermost first; nanoseconds. */
export interface PathShare {
  readonly path: readonly string[];
  readonly calls: number;
  readonly total: number;
}

const PATHS = 3;
/** Failed verdicts of an assertion that get `paths`; finding these is costly. */
const EXPLAINED = 10;

/** Measures and judges assertions in one walk of `visitor`. */
export class AssertionMeter {
  readonly visitor: CallVisitor;
  private readonly claims: readonly Claim[];
  private readonly ownersOf: (process: number) => Owners;
  private readonly runs: ReadonlyMap<string, number>;
  private readonly hasStates: boolean;

  constructor(
    private readonly forest: CallForest,
    assertions: readonly Assertion[],
    private readonly traced: readonly string[] = [],
  ) {
    this.ownersOf = latest((process) => ownersOf(forest.processes[process].tree, forest.functions));
    this.hasStates = false;
    const runs = new Map<string, number>();
    for (const [process, { tree }] of forest.processes.entries()) {
      this.hasStates ||= tree.states !== undefined;
      addRuns(runs, this.ownersOf(process));
    }
    this.runs = runs;
    this.claims = assertions.map((assertion) => new Claim(assertion, forest, traced, this.runs));
    this.visitor = new CallMeter(forest, (process, node) => {
      const func = forest.processes[process].tree.func[node];
      return this.claims.flatMap((claim) => claim.groupsOf(func, this.testOf(process, node)));
    });
  }

  /** In the order of the assertions. */
  verdicts(): Verdict[] {
    return this.claims.flatMap((claim) => {
      const { subjects } = claim;
      if (subjects.length === 0) return [this.noTest(claim)];
      let failures = 0;
      return subjects.map((subject) => {
        const verdict = this.judge(claim, subject);
        if (verdict.ok || ++failures > EXPLAINED) return verdict;
        const { test } = subject;
        return { ...verdict, paths: this.paths(claim, (own) => test === undefined || isWithin(own, test)) };
      });
    });
  }

  /** The innermost test that a node belongs to. */
  private testOf(process: number, node: number): string | undefined {
    const { of, names } = this.ownersOf(process);
    return names[of[node]];
  }

  private judge(claim: Claim, { test, runs, group, most: upper }: Subject): Verdict {
    const { assertion, reading, known, near } = claim;
    const { measure, states } = reading;
    const { calls } = group;
    const unknown = !known ? "function" : states !== undefined && !this.hasStates ? "states" : undefined;
    const measured = unknown !== "states" && (measure === "calls" || measure === "panics" || calls > 0);
    const perRun = (of: CallGroup) => valueIn(of, measure) / (isSum(measure) ? runs : 1);
    const actual = measured ? perRun(group) : undefined;
    const highest = measured && upper !== undefined ? perRun(upper) : undefined;
    const most = highest === actual ? undefined : highest;
    const ok = actual !== undefined && holdsFrom(actual, most ?? actual, assertion);
    return {
      assertion,
      reading,
      test,
      runs,
      actual,
      most,
      ok,
      calls,
      ...this.about(claim, test),
      unknown,
      near,
      paths: [],
    };
  }

  private about(claim: Claim, test: string | undefined): Pick<Verdict, "outside" | "function"> {
    const { calls } = claim.outside;
    const { functions } = this.forest;
    const ofTest = test && functions.find(({ name }) => isWithin(test, name));
    return {
      outside: { calls, paths: calls > 0 ? this.paths(claim, (test) => test === undefined) : [] },
      function: claim.reading.functions === undefined ? ofTest || undefined : functions[claim.functions.indexOf(true)],
    };
  }

  private noTest(claim: Claim): Verdict {
    const { assertion, reading, known, near: nearFunction } = claim;
    const none = {
      assertion,
      reading,
      test: undefined,
      runs: 0,
      actual: undefined,
      most: undefined,
      ok: false,
      calls: 0,
      ...this.about(claim, undefined),
      paths: [],
    };
    if (!known) return { ...none, unknown: "function", near: nearFunction };
    const tests = this.traced.filter(isTestFunction);
    const exists = tests.some((name) => assertion.test!.matches(name));
    const names = exists ? [] : [...this.runs.keys(), ...tests];
    const { text } = assertion.test!;
    const near = nearestName(text, names) ?? nearest(text, names.map(localTest));
    return { ...none, unknown: exists ? undefined : "test", near };
  }

  /** @param of whether to include the calls of a test */
  private paths({ reading, functions }: Claim, of: (test: string | undefined) => boolean): PathShare[] {
    const table = new PathItems();
    const keep = (process: number, node: number) =>
      functions[this.forest.processes[process].tree.func[node]] && of(this.testOf(process, node));
    const { measure, states } = reading;
    // All calls of a test contain one another: only self times say where its time went.
    const times = reading.functions === undefined ? "self" : "total";
    const timeOf = (sums: ItemSums) =>
      states === undefined ? sums[times] : timeIn(states, sums.states?.[times] ?? []);
    const counted = measure === "calls" || measure === "panics" ? measure : undefined;
    const shares = [...table.items(this.forest, keep)].map(([item, sums]) => {
      const time = timeOf(sums);
      return { item, calls: sums.calls, total: time, by: counted === undefined ? time : sums[counted] };
    });
    const found = shares.filter(({ by }) => by > 0).sort((a, b) => b.by - a.by);
    return found.slice(0, PATHS).map(({ item, calls, total }) => ({ path: table.describe(item).path, calls, total }));
  }
}

function valueIn(group: CallGroup, measure: Assertable): number {
  return { ...sumsOf(group), ...spreadOf(group) }[measure];
}

/** Whether an assertion holds for all numbers from one to another. */
function holdsFrom(least: number, most: number, { holds, limit }: Assertion): boolean {
  return [least, Math.min(Math.max(limit, least), most), most].every(holds);
}

function isWithin(own: string | undefined, test: string): boolean {
  return own === test || own?.startsWith(`${test}/`) === true;
}

/** Adds how often each test ran, in order of first appearance. */
function addRuns(runs: Map<string, number>, { names, runs: counts }: Owners): void {
  for (const [test, name] of names.entries()) runs.set(name, (runs.get(name) ?? 0) + counts[test]);
}
