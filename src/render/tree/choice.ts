/** Chooses what a report of limited length shows of each process. */
import {
  type CallForest,
  type CallTree,
  everything,
  localTest,
  type Overview,
  type OverviewPart,
  overview,
  type ProcessTree,
  type Section,
  spentIn,
  testBegins,
  testNodes,
  testSections,
  testTime,
  type ViewOptions,
  wholeSection,
} from "../../calltree/index.js";

/** The most trees in a report that does not have room for all: those of the longest processes. */
const PROCESSES = 8;
/** The most passed tests in such a report, the slowest ones; FAILED is for failed tests. */
const SLOWEST = 5;
const FAILED = 10;
/** The fewest lines of a tree; with less it would not be worth its heading. */
const MIN_LINES = 8;

/** Returns the local names of a process's failed tests. */
export type FailedTests = (process: ProcessTree) => ReadonlySet<string>;

/** The local names of a process's failed tests; none if nothing is known of them. */
export function failedOf(failed: FailedTests | undefined, process: ProcessTree): ReadonlySet<string> {
  return failed?.(process) ?? new Set();
}

/** The part of a process to show. */
export interface Choice {
  readonly overview: Overview;
  readonly sections: readonly Section[];
  /** Whether lines were left out or folded, so that the report must say so. */
  readonly cut: boolean;
  /** Tests whose trees are not shown: their number and total time, nanoseconds. */
  readonly otherTests: { readonly count: number; readonly time: number };
}

/** How much of each process to show, decided from sizes and times alone. */
export interface Plan {
  /** By process: lines of its tree; Infinity for all of it, 0 for nothing. */
  readonly lines: readonly number[];
  /** By process: functions of the tests to show, in this order; undefined for all. */
  readonly tests: readonly (readonly number[] | undefined)[];
  readonly linesOfTest: number;
}

export interface PlanOptions {
  /** Approximate number of lines of all trees together; undefined for no limit. */
  readonly lines?: number;
  /** One tree per test. */
  readonly tests?: boolean;
  readonly failed?: FailedTests;
  /** The states whose time decides, indices into STATES; by default all. */
  readonly by?: readonly number[] | undefined;
}

/**
 * Divides the lines of a report among its processes: small trees stay whole, and long-running processes have priority.
 */
export function planOf(forest: CallForest, { lines, tests, failed, by }: PlanOptions): Plan {
  const { processes } = forest;
  const sizes = processes.map(({ counts }) => counts.paths);
  const everyTest = processes.map(() => undefined);
  if (lines === undefined || sizes.reduce((sum, size) => sum + size, 0) <= lines) {
    return {
      lines: sizes.map(() => Number.POSITIVE_INFINITY),
      tests: everyTest,
      linesOfTest: Number.POSITIVE_INFINITY,
    };
  }
  if (tests) {
    const chosen = chooseTests(forest, failed, by);
    if (chosen.some((own) => own.length > 0)) {
      const count = chosen.reduce((sum, own) => sum + own.length, 0);
      const linesOfTest = Math.max(MIN_LINES, Math.floor(lines / count));
      return { lines: chosen.map((own) => own.length * linesOfTest), tests: chosen, linesOfTest };
    }
  }
  const times = processes.map((process) => (by === undefined ? process.total : spentIn(process.tree, by)));
  const longest = processes.map((_, index) => index).sort((a, b) => times[b] - times[a]);
  const shown = longest.slice(0, PROCESSES).sort((a, b) => sizes[a] - sizes[b]);
  const given = sizes.map(() => 0);
  let left = lines;
  for (const [at, index] of shown.entries()) {
    given[index] = Math.max(MIN_LINES, Math.floor(left / (shown.length - at)));
    left -= Math.min(given[index], sizes[index]);
  }
  return { lines: given, tests: everyTest, linesOfTest: Number.POSITIVE_INFINITY };
}

/**
 * By process: the functions of the slowest passed tests, then of failed tests, which come last so that the reader sees
 * them first.
 */
function chooseTests(
  { processes, functions }: CallForest,
  failed: FailedTests | undefined,
  by: readonly number[] | undefined,
): number[][] {
  const all = processes.flatMap((process, index) => {
    const names = failedOf(failed, process);
    return testNodes(process.tree, functions).map((node) => ({
      index,
      func: process.tree.func[node],
      time: testTime(process.tree, node, by),
      failed: names.has(localTest(functions[process.tree.func[node]].name)),
    }));
  });
  all.sort((a, b) => b.time - a.time);
  const chosen = [
    ...all.filter((test) => !test.failed).slice(0, SLOWEST),
    ...all.filter((test) => test.failed).slice(0, FAILED),
  ];
  return processes.map((_, index) => chosen.filter((test) => test.index === index).map(({ func }) => func));
}

/** Applies the plan to a process. */
export function chooseOf(
  { functions }: CallForest,
  process: ProcessTree,
  options: ViewOptions & { readonly tests?: boolean; readonly inPlace?: boolean; readonly failed?: FailedTests },
  plan: { readonly lines: number; readonly tests: readonly number[] | undefined; readonly linesOfTest: number },
): Choice {
  const { tree: whole, total } = process;
  const none = { count: 0, time: 0 };
  if (plan.tests !== undefined) {
    const { tests, linesOfTest } = plan;
    const chosen = (tree: CallTree) => {
      const nodes = testNodes(tree, functions);
      return tests.flatMap((func) => nodes.filter((node) => tree.func[node] === func));
    };
    const parts = (tree: CallTree): OverviewPart[] => {
      const first = testBegins(tree, functions, failedOf(options.failed, process));
      const beneath = (top: number) => new Set([...first].filter((node) => node >= top && node < tree.end[top]));
      return chosen(tree).map((node) => ({ tops: [node], lines: linesOfTest, first: beneath(node) }));
    };
    const view = overview(whole, functions, plan.lines, options.by, parts);
    const { tree } = view;
    const shown = chosen(tree);
    const sections = testSections(tree, functions, total, { ...options, ...view.filter }, shown);
    const others = testNodes(tree, functions).filter((node) => !shown.includes(node));
    const time = others.reduce((sum, node) => sum + testTime(tree, node, options.by), 0);
    return { overview: view, sections, cut: true, otherTests: { count: others.length, time } };
  }
  const limited = Number.isFinite(plan.lines);
  const view = limited ? overview(whole, functions, plan.lines, options.by) : everything(whole, functions, options.by);
  const filter = { ...options, ...(options.inPlace ? {} : view.filter) };
  const sections = options.tests
    ? testSections(view.tree, functions, total, filter)
    : [wholeSection(view.tree, total, filter)];
  const cut = view.filter.only !== undefined || view.foldedLines > 0;
  return { overview: view, sections, cut, otherTests: none };
}
