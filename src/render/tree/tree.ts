/**
 * Renders call trees as text:
 *
 *     TOTAL: 2.31s
 *
 *     main.main             2.31s 100.0%
 *     ├── server.Start      1.92s  83.1%
 *     │   └── db.Connect    412ms  17.8%
 *     └── go main.worker    1.20s  51.9%
 *
 * A report may have a limit of lines. Then it shows the paths that take most of the time, with recursion folded, the
 * functions with most self time, and a count of what is left out.
 *
 * There are two passes over the shown nodes: the first measures the columns, the second writes.
 */
import { formatSpan } from "../../base/moment.js";
import { fullNames, type Naming } from "../../base/names.js";
import { printable } from "../../base/printable.js";
import { formatCount, formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import {
  type CallForest,
  hottest,
  type ProcessTree,
  partName,
  processTitle,
  spanOf,
  spentIn,
  testBegins,
  testNodes,
  timesOf,
  unseenWaits,
  type ViewOptions,
} from "../../calltree/index.js";
import type { ColumnStyle } from "../columns.js";
import { flagsOf, footer } from "../notices.js";
import { type Paint, painter } from "../style.js";
import { DISTORTED_LEGEND } from "../tracing.js";
import { blameTable, stopsLine } from "./blame.js";
import { type Choice, chooseOf, type FailedTests, failedOf, planOf } from "./choice.js";
import { IDLE, type Marks, WAITS } from "./label.js";
import { type Columns, columnsOf, headingOf, type LineStyle, lineOf, type Shown, walk } from "./lines.js";

export interface TreeTextOptions extends ViewOptions, LineStyle {
  /** Whether to write escape codes for colours. */
  readonly colour?: boolean;
  /**
   * Approximate number of lines of all trees together; larger trees are cut to what takes most of the time. No limit by
   * default.
   */
  readonly lines?: number;
  /** Goroutines that wait for work are sorted like others, not last. */
  readonly inPlace?: boolean;
  /** One tree per test. */
  readonly tests?: boolean;
  /** Which tests failed. */
  readonly failed?: FailedTests;
  /** The heading of a process; shown if there are several or if this is given. */
  readonly title?: (process: ProcessTree, index: number) => string;
  /** What to show below a process's tree, before remarks. */
  readonly below?: (process: ProcessTree, style: ColumnStyle & { readonly naming: Naming }) => Iterable<string>;
  /** Part of a report, which has the remarks and legends below all its trees. */
  readonly isPart?: boolean;
  /** Lines to add below a process's tree. */
  readonly remarks?: (process: ProcessTree, index: number) => readonly string[];
}

/** The legend of `go~`; of a goroutine that began before a ring, it may not be known who started it. */
function startedLegend({ reach }: ProcessTree): string {
  const before = reach === undefined ? "" : ", or before the ring begins";
  return `go~: a goroutine started by code that is not traced${before}, shown under a frame of the goroutine that started it`;
}

const SEE = "--all shows everything; --min, --depth, --top, --focus a part";

/** Number of functions with most self time listed below a cut tree. */
const HOTTEST = 10;

/** The trees of all processes, a few lines at a time. @returns the legends of the marks in a part */
export function* renderTree(forest: CallForest, options: TreeTextOptions = {}): Generator<string, readonly string[]> {
  const paint = painter(options.colour === true);
  const { processes } = forest;
  const several = processes.length > 1;
  const plan = planOf(forest, options);
  const skipped: ProcessTree[] = [];
  const legendsOfPart: string[] = [];
  let first = true;
  for (const [index, process] of processes.entries()) {
    if (plan.lines[index] === 0) {
      skipped.push(process);
      continue;
    }
    if (!first) yield "\n";
    first = false;
    if (several || options.title !== undefined) yield `${paint("bold", titleOf(process, index, options))}\n`;
    const own = { lines: plan.lines[index], tests: plan.tests[index], linesOfTest: plan.linesOfTest };
    const legends = yield* renderProcess(forest, process, chooseOf(forest, process, options, own), options, paint);
    if (options.isPart) {
      legendsOfPart.push(...legends);
      continue;
    }
    const lines = footer(process, [...legends, ...stopsLine(process), ...(options.remarks?.(process, index) ?? [])]);
    if (lines.length > 0) yield `\n${lines.map((line) => paint("dim", line)).join("\n")}\n`;
  }
  if (skipped.length > 0) yield `\n${paint("dim", notShown(forest, skipped, options))}\n`;
  if (forest.problem !== undefined && !options.isPart) {
    yield `\n${paint("yellow", `The file is damaged at offset ${forest.problem.offset}: ${printable(forest.problem.message)}.`)}\n`;
  }
  return legendsOfPart;
}

function notShown({ functions }: CallForest, skipped: readonly ProcessTree[], { tests }: TreeTextOptions): string {
  const sum = (of: (process: ProcessTree) => number) => skipped.reduce((all, process) => all + of(process), 0);
  const lines = sum(({ counts }) => counts.paths);
  const calls = sum(({ counts, pruned }) => counts.calls + pruned);
  const what = tests
    ? `${formatNumberOf(
        sum(({ tree }) => testNodes(tree, functions).length),
        "test",
      )} of ${formatNumberOf(skipped.length, "more package")}`
    : formatNumberOf(skipped.length, "more process", "more processes");
  return `not shown: ${what}, ${formatNumberOf(lines, "line")} with ${formatNumberOf(calls, "call")}; ${SEE}`;
}

function titleOf(process: ProcessTree, index: number, options: TreeTextOptions): string {
  const name = options.title?.(process, index) ?? processTitle(process);
  return printable(`${name} (pid ${process.info.pid})`);
}

/** Yields the tree of a process. Returns the legends of the marks in it. */
function* renderProcess(
  forest: CallForest,
  process: ProcessTree,
  choice: Choice,
  options: TreeTextOptions,
  paint: Paint,
): Generator<string, string[]> {
  const { overview, sections } = choice;
  const marks: Marks = {
    recursion: overview.recursion,
    waits: overview.idle.waits,
    failed: testBegins(overview.tree, forest.functions, failedOf(options.failed, process)),
  };
  const { by } = options;
  const times = timesOf(overview.tree, by, "total");
  const shown: Shown = { forest, process: { ...process, tree: overview.tree }, sections, marks, by, times };
  const part =
    by === undefined ? "" : `, ${partName(by)} on all goroutines: ${formatDuration(spentIn(process.tree, by))}`;
  const total = `TOTAL: ${process.atLeast ? "≥" : ""}${formatDuration(process.total)}${part}`;
  yield `${paint("bold", total)}${paint("dim", whenOf(process))}\n`;
  const columns = columnsOf(shown, options);
  let lines = "";
  // Each call pruned from an unmerged tree would have been a line.
  let hidden = process.pruned;
  let hiddenCalls = process.pruned;
  for (const section of sections) {
    const { view } = section;
    hidden += view.hidden.nodes;
    hiddenCalls += view.hidden.calls;
    if (view.roots.length === 0) continue;
    lines += "\n";
    if (section === sections[0]) lines += headingOf(columns, paint);
    for (const { node, prefix } of walk(view)) {
      lines += lineOf(shown, section, node, prefix, columns, paint);
      if (lines.length > 65536) {
        yield lines;
        lines = "";
      }
    }
  }
  if (lines !== "") yield lines;
  if (choice.cut) {
    if (choice.overview.filter.only !== undefined) yield* hottestOf(shown, choice, columns, options, paint);
    yield `\n${cutLines(shown, choice, hidden, hiddenCalls, options)
      .map((text) => `${paint("dim", text)}\n`)
      .join("")}`;
  } else if (hidden > 0) {
    yield `\n${paint("dim", leftOut(hidden, hiddenCalls, options))}\n`;
  }
  const style = { paint, naming: options.naming ?? fullNames, width: options.width, widthOf: columns.widthOf };
  yield* blameTable(forest, process.tree, style);
  if (options.below !== undefined) yield* options.below(process, style);
  return legendsOf(columns, marks, shown);
}

/** From when to when, on the wall clock; empty if that is unknown. */
function whenOf({ info, tree }: ProcessTree): string {
  if (info.startWall <= 0 || tree.size <= 1) return "";
  const { from, to } = spanOf(tree);
  const start = BigInt(info.startWall);
  return ` (${formatSpan(start + BigInt(Math.round(from)), start + BigInt(Math.round(to)))})`;
}

/** The functions with most self time. Many short paths may add up to more than any path shown. */
function* hottestOf(
  { forest, process, by }: Shown,
  { overview }: Choice,
  columns: Columns,
  { naming = fullNames }: TreeTextOptions,
  paint: Paint,
): Generator<string> {
  const rows = hottest(overview, HOTTEST).filter(({ self }) => self > 0);
  if (rows.length === 0) return;
  const what = by === undefined ? "Most self time, waiting included," : `Most self time in ${partName(by)}`;
  const whole = by === undefined ? process.total : spentIn(process.tree, by);
  yield `\n${paint("bold", `${what} on all paths together`)}\n`;
  for (const { func, calls, self } of rows) {
    const time = formatDuration(self).padStart(9);
    const share = paint("dim", formatPercent(self, whole).padStart(columns.percent));
    const count = calls > 1 ? paint("yellow", ` ×${formatCount(calls)}`) : "";
    yield `${time} ${share}  ${printable(naming(forest.functions[func].name))}${count}\n`;
  }
}

/** Lines about what a cut tree does not show. */
function cutLines(
  { forest, sections, process }: Shown,
  { overview, otherTests }: Choice,
  lines: number,
  calls: number,
  { naming = fullNames }: TreeTextOptions,
): string[] {
  const text: string[] = [];
  if (otherTests.count > 0) {
    text.push(`not shown: ${formatNumberOf(otherTests.count, "more test")}, ${formatDuration(otherTests.time)} in all`);
  }
  const seen = new Uint8Array(overview.tree.size);
  for (const { view } of sections) for (const [node, one] of view.shown.entries()) if (one) seen[node] = 1;
  const waits = unseenWaits(overview, seen);
  if (waits.length > 0) {
    const { tree } = process;
    const names = waits.slice(0, 5).map((node) => {
      const count = tree.calls[node] > 1 ? ` ×${formatCount(tree.calls[node])}` : "";
      return `go ${printable(naming(forest.functions[tree.func[node]].name))}${count}`;
    });
    const more = waits.length > names.length ? `, ${formatCount(waits.length - names.length)} more` : "";
    text.push(`not shown, idle to the end: ${names.join(", ")}${more}`);
  }
  const left = lines > 0 ? [`left out: ${formatNumberOf(lines, "line")} with ${formatNumberOf(calls, "call")}`] : [];
  const folded =
    overview.foldedLines > 0
      ? [`recursion is folded, ${formatNumberOf(overview.foldedLines, "line")} into others`]
      : [];
  if (left.length + folded.length > 0) text.push([...left, ...folded].join("; "));
  return [...text, SEE];
}

function legendsOf({ untraced, lines, distorted, marked }: Columns, { waits }: Marks, shown: Shown): string[] {
  const { sections, process } = shown;
  const legends = untraced ? [startedLegend(process)] : [];
  const isSeen = (node: number) => sections.some(({ view }) => view.shown[node] === 1);
  if ([...waits.keys()].some(isSeen)) legends.push(`${IDLE}: ${WAITS}`);
  if (marked) legends.push(DISTORTED_LEGEND);
  else if (distorted > 0) {
    const most = distorted === lines ? "all lines" : `${formatCount(distorted)} of ${formatCount(lines)} lines`;
    legends.push(`on ${most} more than half of the time may be tracing`);
  }
  return legends;
}

function leftOut(nodes: number, calls: number, options: ViewOptions): string {
  return `left out by ${flagsOf(options)}: ${formatNumberOf(nodes, "line")} with ${formatNumberOf(calls, "call")}`;
}
