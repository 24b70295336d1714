/** Holding the calls of a recording against assertions. */
import { type CallForest, type CallTree, type CallVisitor, isTestFunction } from "../calltree/index.js";
import type { Assertable, Assertion } from "./assertion.js";
import { Claim, type Subject } from "./claim.js";
import { spreadOf, sumsOf } from "./group.js";
import { PathItems } from "./items.js";
import { nearestName } from "./match.js";
import { CallMeter } from "./meter.js";
import { testsByNode } from "./paths.js";

/** What became of an assertion; one of a test that several tests match has a verdict for each. */
export interface Verdict {
  readonly assertion: Assertion;
  /** Go's name of the test. */
  readonly test: string | undefined;
  /** How often the test ran; counts and sums are means over its runs. 1 for the whole run. */
  readonly runs: number;
  /** Undefined where there is nothing to measure: no such test, or no call to take the time of. */
  readonly actual: number | undefined;
  readonly ok: boolean;
  readonly calls: number;
  /** What the assertion names and nothing bears: a gate that no change can close. */
  readonly unknown: "function" | "test" | undefined;
  /** The nearest name of a test or function there is, where none matches. */
  readonly near: string | undefined;
  /** For what does not hold, the first few times: the paths that make up most of it. */
  readonly paths: readonly PathShare[];
}

/** A call path, outermost first; nanoseconds. */
export interface PathShare {
  readonly path: readonly string[];
  readonly calls: number;
  readonly total: number;
}

const PATHS = 3;
/** Verdicts of an assertion that say which paths broke it. */
const EXPLAINED = 10;
const PER_RUN: ReadonlySet<Assertable> = new Set(["calls", "total", "self", "panics"]);

/** Measures what assertions are about, in one walk of its visitor. */
export class AssertionMeter {
  readonly visitor: CallVisitor;
  private readonly claims: readonly Claim[];
  /** By process and node: the test that the node belongs to. */
  private readonly tests: readonly (readonly (string | undefined)[])[];
  private readonly runs: ReadonlyMap<string, number>;

  constructor(
    private readonly forest: CallForest,
    assertions: readonly Assertion[],
    private readonly traced: readonly string[] = [],
  ) {
    this.tests = forest.processes.map(({ tree }) => testNames(forest, tree));
    this.runs = runsOf(forest, this.tests);
    this.claims = assertions.map((assertion) => new Claim(assertion, forest, traced, this.runs));
    this.visitor = new CallMeter(forest, (process, node) => {
      const func = forest.processes[process]!.tree.func[node]!;
      const groups = this.claims.map((claim) => claim.groupOf(func, this.tests[process]![node]));
      return groups.filter((group) => group !== undefined);
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
        return { ...verdict, paths: this.paths(claim, subject.test) };
      });
    });
  }

  private judge({ assertion, known, near }: Claim, { test, runs, group }: Subject): Verdict {
    const { measure } = assertion;
    const { calls } = group;
    const measured = measure === "calls" || measure === "panics" || calls > 0;
    const value = { ...sumsOf(group), ...spreadOf(group) }[measure];
    const actual = measured ? value / (PER_RUN.has(measure) ? runs : 1) : undefined;
    const ok = actual !== undefined && assertion.holds(actual);
    const unknown = known ? undefined : "function";
    return { assertion, test, runs, actual, ok, calls, unknown, near, paths: [] };
  }

  private noTest({ assertion, known, near: nearFunction }: Claim): Verdict {
    const none = { assertion, test: undefined, runs: 0, actual: undefined, ok: false, calls: 0, paths: [] };
    if (!known) return { ...none, unknown: "function", near: nearFunction };
    const tests = this.traced.filter(isTestFunction);
    const exists = tests.some((name) => assertion.test!.matches(name));
    const near = exists ? undefined : nearestName(assertion.test!.text, [...this.runs.keys(), ...tests]);
    return { ...none, unknown: exists ? undefined : "test", near };
  }

  private paths({ assertion: { measure }, functions }: Claim, test: string | undefined): PathShare[] {
    const table = new PathItems();
    const keep = (process: number, node: number) =>
      functions[this.forest.processes[process]!.tree.func[node]!]! &&
      (test === undefined || this.tests[process]![node] === test);
    const by = measure === "calls" || measure === "panics" ? measure : "total";
    const found = [...table.items(this.forest, keep)].filter(([, sums]) => sums[by] > 0);
    found.sort(([, a], [, b]) => b[by] - a[by]);
    return found.slice(0, PATHS).map(([item, { calls, total }]) => ({ path: table.describe(item).path, calls, total }));
  }
}

function testNames({ functions }: CallForest, tree: CallTree): (string | undefined)[] {
  const tests = testsByNode(functions, tree);
  return Array.from(tests, (test) => (test === 0 ? undefined : functions[tree.func[test]!]!.name));
}

/** How often each test ran, in the order in which they are met. */
function runsOf({ processes }: CallForest, tests: readonly (readonly (string | undefined)[])[]): Map<string, number> {
  const runs = new Map<string, number>();
  for (const [index, { tree }] of processes.entries()) {
    for (let node = 1; node < tree.size; node++) {
      const test = tests[index]![node];
      if (test !== undefined && tests[index]![tree.parent[node]!] === undefined) {
        runs.set(test, (runs.get(test) ?? 0) + tree.calls[node]!);
      }
    }
  }
  return runs;
}
