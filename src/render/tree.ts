/**
 * Call trees as text:
 *
 *     TOTAL: 2.31s
 *
 *     main.main             2.31s 100.0%
 *     ├── server.Start      1.92s  83.1%
 *     │   └── db.Connect    412ms  17.8%
 *     └── go main.worker    1.20s  51.9%
 *
 * Two passes over what is shown: the first measures the columns, the second writes.
 */
import { fullNames, type Naming } from "../base/names.js";
import { printable } from "../base/printable.js";
import { formatCount, formatDuration, formatNumberOf, formatPercent } from "../base/units.js";
import {
  type CallForest,
  type FilterOptions,
  isDistortedNode,
  type ProcessTree,
  type Section,
  testSections,
  type View,
  wholeSection,
} from "../calltree/index.js";
import { flagsOf, footer } from "./footer.js";
import { labelOf, UNTRACED } from "./label.js";
import { type Measure, type Paint, painter, plainWidth, truncateMiddle } from "./style.js";
import { DISTORTED, DISTORTED_LEGEND } from "./tracing.js";

export interface TreeTextOptions extends FilterOptions {
  /** Escape codes for colours. */
  readonly colour?: boolean;
  /** Columns of the terminal: longer names are cut in the middle. Without it nothing is cut. */
  readonly width?: number;
  /** How functions are shown; by their full names unless told. */
  readonly naming?: Naming;
  /** Columns of names; by default every character takes one. See measureFor. */
  readonly measure?: Measure;
  /** One tree for each test. */
  readonly tests?: boolean;
  /** The heading of a process; shown when there are several or when this is given. */
  readonly title?: (process: ProcessTree, index: number) => string;
  /** Lines to add below a process's tree. */
  readonly remarks?: (process: ProcessTree, index: number) => readonly string[];
}

/** Names longer than this do not push the columns of the other lines aside. */
const NAME_LIMIT = 120;
const NAME_LEAST = 24;
const GAP = 2;

const STARTED =
  "go~: a goroutine started by code that is not traced, shown under a frame of the goroutine that started it";

/** Columns of a level of the tree, and of the number that stands for levels there is no room for. */
const INDENT = 4;
const LEVEL = 5;

/** The trees of all processes, in pieces of some lines. */
export function* renderTree(forest: CallForest, options: TreeTextOptions = {}): Generator<string> {
  const paint = painter(options.colour === true);
  const several = forest.processes.length > 1;
  for (const [index, process] of forest.processes.entries()) {
    if (index > 0) yield "\n";
    if (several || options.title !== undefined) yield `${paint("bold", titleOf(process, index, options))}\n`;
    const legends = yield* renderProcess(forest, process, options, paint);
    const lines = footer(process, [...legends, ...(options.remarks?.(process, index) ?? [])]);
    if (lines.length > 0) yield `\n${lines.map((line) => paint("dim", line)).join("\n")}\n`;
  }
  if (forest.problem !== undefined) {
    yield `\n${paint("yellow", `The file is damaged at offset ${forest.problem.offset}: ${printable(forest.problem.message)}.`)}\n`;
  }
}

function titleOf(process: ProcessTree, index: number, options: TreeTextOptions): string {
  const name = options.title?.(process, index) ?? process.info.executable.split(/[/\\]/).pop() ?? "";
  return printable(`${name} (pid ${process.info.pid})`);
}

/** Returns what is to be said of the marks on the lines. */
function* renderProcess(
  forest: CallForest,
  process: ProcessTree,
  options: TreeTextOptions,
  paint: Paint,
): Generator<string, string[]> {
  const { tree, total } = process;
  const sections = options.tests
    ? testSections(tree, forest.functions, total, options)
    : [wholeSection(tree, total, options)];
  yield `${paint("bold", `TOTAL: ${process.atLeast ? "≥" : ""}${formatDuration(total)}`)}\n`;
  const columns = columnsOf(forest, process, sections, options);
  let lines = "";
  // Calls that the builder of an unmerged tree left out would have been a line each.
  let hidden = process.pruned;
  let hiddenCalls = process.pruned;
  for (const section of sections) {
    hidden += section.view.hidden.nodes;
    hiddenCalls += section.view.hidden.calls;
    if (section.view.roots.length === 0) continue;
    lines += "\n";
    for (const { node, prefix } of walk(section.view)) {
      lines += line(forest, process, section, node, prefix, columns, paint);
      if (lines.length > 65536) {
        yield lines;
        lines = "";
      }
    }
  }
  if (lines !== "") yield lines;
  if (hidden > 0) yield `\n${paint("dim", leftOut(hidden, hiddenCalls, options))}\n`;
  return legendsOf(columns);
}

function legendsOf({ untraced, lines, distorted, marked }: Columns): string[] {
  const legends = untraced ? [STARTED] : [];
  if (marked) legends.push(DISTORTED_LEGEND);
  else if (distorted > 0) {
    const most = distorted === lines ? "all lines" : `${formatCount(distorted)} of ${formatCount(lines)} lines`;
    legends.push(`on ${most} more than half of the time may be tracing`);
  }
  return legends;
}

function leftOut(nodes: number, calls: number, options: FilterOptions): string {
  return `left out by ${flagsOf(options)}: ${formatNumberOf(nodes, "line")} with ${formatNumberOf(calls, "call")}`;
}

interface Columns {
  readonly name: number;
  readonly time: number;
  readonly percent: number;
  /** Widest name including its prefix. */
  readonly limit: number;
  /** Widest prefix. */
  readonly indent: number;
  readonly widthOf: Measure;
  readonly naming: Naming;
  /** Whether untraced code started one of the goroutines. */
  readonly untraced: boolean;
  readonly lines: number;
  /** Lines with a time that may be mostly tracing. */
  readonly distorted: number;
  /** Whether they are marked: not where most lines would be. */
  readonly marked: boolean;
}

function columnsOf(
  forest: CallForest,
  process: ProcessTree,
  sections: readonly Section[],
  { measure: widthOf = plainWidth, width, naming = fullNames }: TreeTextOptions,
): Columns {
  const indent = width === undefined ? Number.POSITIVE_INFINITY : Math.max(NAME_LEAST, width) / 3;
  let name = NAME_LEAST;
  let time = 5;
  let markedTime = 5;
  let percent = 6;
  let untraced = false;
  let lines = 0;
  let distorted = 0;
  for (const { view, whole } of sections) {
    for (const { node, prefix } of walk(view)) {
      lines++;
      if (isDistortedNode(process.tree, node)) distorted++;
      const label = labelOf(forest.functions, process.tree, node, naming, prefix === "");
      untraced ||= label.spawn === UNTRACED;
      const text = `${label.spawn}${label.name}${label.count}${label.endings}`;
      name = Math.max(name, cutPrefix(prefix, indent).length + widthOf(text));
      time = Math.max(time, widthOf(timeOf(process, node, false)));
      markedTime = Math.max(markedTime, widthOf(timeOf(process, node, true)));
      percent = Math.max(percent, formatPercent(process.tree.total[node], whole).length);
    }
  }
  const marked = distorted > 0 && distorted * 2 <= lines;
  if (marked) time = markedTime;
  const limit = width === undefined ? Number.POSITIVE_INFINITY : Math.max(NAME_LEAST, width - GAP - time - 1 - percent);
  return {
    name: Math.min(name, limit, width === undefined ? NAME_LIMIT : limit),
    time,
    percent,
    limit,
    indent,
    widthOf,
    naming,
    untraced,
    lines,
    distorted,
    marked,
  };
}

/** A frame without calls is there for what is beneath it: it has no time in what is asked for. */
function timeOf({ tree, atLeast }: ProcessTree, node: number, marked: boolean): string {
  if (tree.calls[node] === 0) return "–";
  const distorted = marked && isDistortedNode(tree, node);
  return `${atLeast && tree.running.has(node) ? "≥" : distorted ? DISTORTED : ""}${formatDuration(tree.total[node])}`;
}

function line(
  forest: CallForest,
  process: ProcessTree,
  section: Section,
  node: number,
  uncut: string,
  columns: Columns,
  paint: Paint,
): string {
  const { widthOf } = columns;
  const prefix = cutPrefix(uncut, columns.indent);
  const label = labelOf(forest.functions, process.tree, node, columns.naming, prefix === "");
  const rest = label.count.length + label.endings.length + label.spawn.length + prefix.length;
  const name =
    columns.limit === Number.POSITIVE_INFINITY
      ? label.name
      : truncateMiddle(label.name, Math.max(8, columns.limit - rest), widthOf);
  const used = prefix.length + widthOf(`${label.spawn}${name}${label.count}${label.endings}`);
  const pad = " ".repeat(Math.max(0, columns.name - used) + GAP);
  const time = timeOf(process, node, columns.marked);
  const share = process.tree.calls[node] === 0 ? "–" : formatPercent(process.tree.total[node], section.whole);
  return [
    paint("dim", prefix),
    label.spawn === "" ? "" : paint("cyan", label.spawn),
    name,
    label.count === "" ? "" : paint("yellow", label.count),
    label.endings === "" ? "" : paint("red", label.endings),
    pad,
    " ".repeat(Math.max(0, columns.time - widthOf(time))),
    time,
    " ",
    paint("dim", share.padStart(columns.percent)),
    "\n",
  ].join("");
}

/** A prefix that takes at most `width` columns: its end, after the level of the node. */
function cutPrefix(prefix: string, width: number): string {
  if (prefix.length <= width) return prefix;
  const level = prefix.length / INDENT + 1;
  const rest = Math.max(1, Math.floor((width - LEVEL) / INDENT)) * INDENT;
  return `…${level}`.padEnd(LEVEL) + prefix.slice(-rest);
}

/** The shown nodes in order, with the lines to their left. Not recursive: trees may be deep. */
function* walk(view: View): Generator<{ node: number; prefix: string }> {
  interface Level {
    readonly nodes: readonly number[];
    next: number;
    readonly indent: string;
  }
  const stack: Level[] = [{ nodes: view.roots, next: 0, indent: "" }];
  for (let level = stack.at(-1); level !== undefined; level = stack.at(-1)) {
    if (level.next === level.nodes.length) {
      stack.pop();
      continue;
    }
    const node = level.nodes[level.next++];
    const last = level.next === level.nodes.length;
    const top = stack.length === 1;
    yield { node, prefix: top ? "" : `${level.indent}${last ? "└── " : "├── "}` };
    const children = view.children(node);
    if (children.length > 0) {
      stack.push({ nodes: children, next: 0, indent: top ? "" : `${level.indent}${last ? "    " : "│   "}` });
    }
  }
}
