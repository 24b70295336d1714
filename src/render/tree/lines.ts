/** Formats the lines of a call tree and computes the widths of its columns. */
import { fullNames, type Naming } from "../../base/names.js";
import { formatDuration, formatPercent } from "../../base/units.js";
import {
  type CallForest,
  type CallTree,
  isDistortedNode,
  outlives,
  type ProcessTree,
  partName,
  type Section,
  STATES,
  type View,
} from "../../calltree/index.js";
import { stateCell, statesThatMatter, sumColumns } from "../states.js";
import { type Measure, type Paint, plainWidth, truncateMiddle } from "../style.js";
import { DISTORTED } from "../tracing.js";
import { labelOf, type Marks, UNTRACED } from "./label.js";

/** Options for the look of lines. */
export interface LineStyle {
  /** Columns of the terminal: longer names are cut in the middle. By default nothing is cut. */
  readonly width?: number;
  /** How to show function names; full names by default. */
  readonly naming?: Naming;
  /** Measures the width of names; one column per character by default. See measureFor. */
  readonly measure?: Measure;
}

/** A process to show. Its tree may differ from the recorded one (folded recursion). */
export interface Shown {
  readonly forest: CallForest;
  readonly process: ProcessTree;
  readonly sections: readonly Section[];
  readonly marks: Marks;
  /** The states whose time is shown, indices into STATES; undefined for all time. */
  readonly by: readonly number[] | undefined;
  /** By node: that time. */
  readonly times: Float64Array;
}

/** Names longer than this do not widen the column for the other lines. */
const NAME_LIMIT = 120;
const NAME_MIN = 24;
const GAP = 2;

/** INDENT: columns per level of the tree. LEVEL: columns of the number that replaces levels without room. */
const INDENT = 4;
const LEVEL = 5;

/** A column of times in a state, right of the others. */
interface StateColumn {
  /** Index into STATES. */
  readonly state: number;
  readonly width: number;
}

/** The column widths of a process, and facts about all its lines. */
export interface Columns {
  readonly by: Shown["by"];
  readonly name: number;
  readonly time: number;
  readonly percent: number;
  /** The states that have a column, most important ones if there is no room for all. */
  readonly states: readonly StateColumn[];
  /** Widest name including its prefix. */
  readonly limit: number;
  /** Widest prefix. */
  readonly indent: number;
  readonly widthOf: Measure;
  readonly naming: Naming;
  /** Whether a goroutine was started by untraced code, so that the legend is needed. */
  readonly untraced: boolean;
  readonly lines: number;
  /** Lines with a time that may be mostly tracing. */
  readonly distorted: number;
  /** Whether such lines are marked; not if that would be most lines. */
  readonly marked: boolean;
}

/** Measures the lines to show. */
export function columnsOf(
  shown: Shown,
  { measure: widthOf = plainWidth, width, naming = fullNames }: LineStyle,
): Columns {
  const { forest, process, sections, marks, by } = shown;
  const indent = width === undefined ? Number.POSITIVE_INFINITY : Math.max(NAME_MIN, width) / 3;
  let name = NAME_MIN;
  let time = 5;
  let markedTime = 5;
  let percent = 6;
  let untraced = false;
  let lines = 0;
  let distorted = 0;
  for (const section of sections) {
    for (const { node, prefix } of walk(section.view)) {
      lines++;
      if (by === undefined && isDistortedNode(process.tree, node)) distorted++;
      const label = labelOf(forest.functions, process.tree, node, naming, prefix === "", marks);
      untraced ||= label.spawn === UNTRACED;
      const text = `${label.spawn}${label.name}${label.count}${label.endings}`;
      name = Math.max(name, cutPrefix(prefix, indent).length + widthOf(text));
      time = Math.max(time, widthOf(timeOf(shown, node, false)));
      markedTime = Math.max(markedTime, widthOf(timeOf(shown, node, true)));
      percent = Math.max(percent, shareOf(shown, node, section).length);
    }
  }
  const marked = distorted > 0 && distorted * 2 <= lines;
  if (marked) time = markedTime;
  const room = width === undefined ? Number.POSITIVE_INFINITY : width - GAP - time - 1 - percent;
  const states = stateColumns(shown, room - NAME_MIN);
  const limit = Math.max(NAME_MIN, room - states.reduce((sum, column) => sum + GAP + column.width, 0));
  return {
    by,
    name: Math.min(name, limit, width === undefined ? NAME_LIMIT : limit),
    time,
    percent,
    states,
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

/** The columns of the states that matter, as many as fit; those with less time are dropped first. */
function stateColumns({ process: { tree }, sections, by }: Shown, room: number): StateColumn[] {
  const { states } = tree;
  if (states === undefined) return [];
  const sums = sumColumns(states.self);
  const widths = sums.map((_, state) => STATES[state].length);
  const shown = statesThatMatter(sums).filter((state) => String(by) !== String(state));
  for (const section of sections) {
    for (const { node } of walk(section.view)) {
      for (const state of shown) widths[state] = Math.max(widths[state], stateOf(tree, node, state).length);
    }
  }
  const kept = new Set<number>();
  let used = 0;
  for (const state of [...shown].sort((a, b) => sums[b] - sums[a])) {
    used += GAP + widths[state];
    if (used > room) break;
    kept.add(state);
  }
  return shown.filter((state) => kept.has(state)).map((state) => ({ state, width: widths[state] }));
}

/** The time of a node in a state; empty where it hardly matters. */
function stateOf({ states, total }: CallTree, node: number, state: number): string {
  return stateCell(states?.total[state]?.[node] ?? 0, total[node]);
}

/** The line above a tree that names the columns of states; empty without any. */
export function headingOf({ by, states, name, time, percent }: Columns, paint: Paint): string {
  if (states.length === 0 && by === undefined) return "";
  const names = states.map(({ state, width }) => `${" ".repeat(GAP)}${STATES[state].padStart(width)}`);
  const part = (by === undefined ? "" : partName(by)).padStart(name + GAP + time);
  return `${paint("dim", `${part}${" ".repeat(1 + percent)}${names.join("")}`.trimEnd())}\n`;
}

/** A frame without calls is only context for frames beneath it and has no time in the selection. */
function timeOf({ process: { tree, atLeast }, times }: Shown, node: number, marked: boolean): string {
  if (tree.calls[node] === 0) return "–";
  const distorted = marked && isDistortedNode(tree, node);
  const isCut = (atLeast && tree.running.has(node)) || tree.earlier.has(node);
  return `${isCut ? "≥" : distorted ? DISTORTED : ""}${formatDuration(times[node])}`;
}

function shareOf({ process: { tree }, times }: Shown, node: number, section: Section): string {
  if (tree.calls[node] === 0 || outlives(tree, node, section)) return "–";
  return formatPercent(times[node], section.whole);
}

/** The line of a node. @param uncut the full prefix of tree lines to its left */
export function lineOf(
  shown: Shown,
  section: Section,
  node: number,
  uncut: string,
  columns: Columns,
  paint: Paint,
): string {
  const { forest, process, marks } = shown;
  const { widthOf } = columns;
  const prefix = cutPrefix(uncut, columns.indent);
  const label = labelOf(forest.functions, process.tree, node, columns.naming, prefix === "", marks);
  const rest = label.count.length + label.endings.length + label.spawn.length + prefix.length;
  const name =
    columns.limit === Number.POSITIVE_INFINITY
      ? label.name
      : truncateMiddle(label.name, Math.max(8, columns.limit - rest), widthOf);
  const used = prefix.length + widthOf(`${label.spawn}${name}${label.count}${label.endings}`);
  const pad = " ".repeat(Math.max(0, columns.name - used) + GAP);
  const time = timeOf(shown, node, columns.marked);
  const share = shareOf(shown, node, section);
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
    columns.states
      .map(({ state, width }) => " ".repeat(GAP) + stateOf(process.tree, node, state).padStart(width))
      .join("")
      .trimEnd(),
    "\n",
  ].join("");
}

/** Shortens a prefix to at most `width` columns: the level of the node, then the end of the prefix. */
function cutPrefix(prefix: string, width: number): string {
  if (prefix.length <= width) return prefix;
  const level = prefix.length / INDENT + 1;
  const rest = Math.max(1, Math.floor((width - LEVEL) / INDENT)) * INDENT;
  return `…${level}`.padEnd(LEVEL) + prefix.slice(-rest);
}

/** The shown nodes in order, with the prefix of tree lines to their left. Not recursive, because trees may be deep. */
export function* walk(view: View): Generator<{ node: number; prefix: string }> {
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
