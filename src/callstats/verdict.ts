/** Holding the calls of a recording against assertions. */
import type { CallForest, CallTree, CallVisitor } from "../calltree/index.js";
import type { Assertable, Assertion } from "./assertion.js";
import { CallGroup, spreadOf, sumsOf } from "./group.js";
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
  /** The nearest name of a test or function there is, where none matches. */
  readonly near: string | undefined;
  /** For what does not hold: the paths that make up most of it. */
  readonly paths: readonly PathShare[];
}

/** A call path, outermost first; nanoseconds. */
export interface PathShare {
  readonly path: readonly string[];
  readonly calls: number;
  readonly total: number;
}

const PATHS = 3;
const PER_RUN: ReadonlySet<Assertable> = new Set(["calls", "total", "self", "panics"]);

/** All calls that an assertion is about: of one test, or of the whole run. */
interface Subject {
  readonly assertion: Assertion;
  readonly test: string | undefined;
  runs: number;
  readonly group: CallGroup;
}

/** Measures what assertions are about, in one walk of its visitor. */
export class AssertionMeter {
  readonly visitor: CallVisitor;
  private readonly subjects: Subject[];
  private readonly tests: readonly (readonly (string | undefined)[])[];

  constructor(
    private readonly forest: CallForest,
    private readonly assertions: readonly Assertion[],
    private readonly corrected: boolean,
  ) {
    this.tests = forest.processes.map(({ tree }) => testNames(forest, tree));
    this.subjects = subjectsOf(forest, assertions, this.tests);
    this.visitor = new CallMeter(forest, corrected, (process, node) => {
      const { name } = forest.functions[forest.processes[process]!.tree.func[node]!]!;
      const test = this.tests[process]![node];
      return this.subjects
        .filter((subject) => subject.assertion.functions.matches(name))
        .filter((subject) => subject.test === undefined || subject.test === test)
        .map(({ group }) => group);
    });
  }

  /** In the order of the assertions. */
  verdicts(): Verdict[] {
    return this.assertions.flatMap((assertion) => {
      const subjects = this.subjects.filter((subject) => subject.assertion === assertion);
      return subjects.length > 0 ? subjects.map((subject) => this.judge(subject)) : [this.noTest(assertion)];
    });
  }

  private judge({ assertion, test, runs, group }: Subject): Verdict {
    const { measure, functions } = assertion;
    const { calls } = group;
    const measured = measure === "calls" || measure === "panics" || calls > 0;
    const value = { ...sumsOf(group, this.corrected), ...spreadOf(group) }[measure];
    const actual = measured ? value / (PER_RUN.has(measure) ? runs : 1) : undefined;
    const ok = actual !== undefined && assertion.holds(actual);
    const names = this.forest.functions.map(({ name }) => name);
    const known = calls > 0 || names.some((name) => functions.matches(name));
    const near = known ? undefined : nearestName(functions.text, names);
    return { assertion, test, runs, actual, ok, calls, near, paths: ok ? [] : this.paths(assertion, test) };
  }

  private noTest(assertion: Assertion): Verdict {
    const near = nearestName(
      assertion.test!.text,
      this.tests.flat().filter((name) => name !== undefined),
    );
    return { assertion, test: undefined, runs: 0, actual: undefined, ok: false, calls: 0, near, paths: [] };
  }

  private paths({ functions, measure }: Assertion, test: string | undefined): PathShare[] {
    const table = new PathItems();
    const matches = this.forest.functions.map(({ name }) => functions.matches(name));
    const keep = (process: number, node: number) =>
      matches[this.forest.processes[process]!.tree.func[node]!]! &&
      (test === undefined || this.tests[process]![node] === test);
    const by = measure === "calls" || measure === "panics" ? measure : "total";
    const found = [...table.items(this.forest, this.corrected, keep)].filter(([, sums]) => sums[by] > 0);
    found.sort(([, a], [, b]) => b[by] - a[by]);
    return found.slice(0, PATHS).map(([item, { calls, total }]) => ({ path: table.describe(item).path, calls, total }));
  }
}

/** By node: the name of the test that it belongs to. */
function testNames({ functions }: CallForest, tree: CallTree): (string | undefined)[] {
  const tests = testsByNode(functions, tree);
  return Array.from(tests, (test) => (test === 0 ? undefined : functions[tree.func[test]!]!.name));
}

function subjectsOf(
  { processes }: CallForest,
  assertions: readonly Assertion[],
  tests: readonly (readonly (string | undefined)[])[],
): Subject[] {
  // How often each test ran, in the order in which they are met.
  const runs = new Map<string, number>();
  for (const [index, { tree }] of processes.entries()) {
    for (let node = 1; node < tree.size; node++) {
      const test = tests[index]![node];
      if (test !== undefined && tests[index]![tree.parent[node]!] === undefined) {
        runs.set(test, (runs.get(test) ?? 0) + tree.calls[node]!);
      }
    }
  }
  return assertions.flatMap((assertion): Subject[] => {
    if (assertion.test === undefined) return [{ assertion, test: undefined, runs: 1, group: new CallGroup(true) }];
    return [...runs]
      .filter(([name]) => assertion.test!.matches(name))
      .map(([test, runs]) => ({ assertion, test, runs, group: new CallGroup(true) }));
  });
}
