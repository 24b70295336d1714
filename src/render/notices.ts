/** What a report must say about how complete it is: one line each. */
import { printable } from "../base/printable.js";
import { formatCount, formatDuration, formatNumberOf } from "../base/units.js";
import {
  type CallForest,
  type FilterOptions,
  ID_LIMIT,
  type Omission,
  type ProcessTree,
  type Recording,
  type SelectOptions,
  sumOf,
} from "../calltree/index.js";
import { tracingOf } from "./tracing.js";

/** One thing to say. */
export interface Notice {
  readonly text: string;
  /** Something is missing or wrong. */
  readonly serious: boolean;
  /** Of interest only where call paths are shown, or where what tracing may have added has no line of its own. */
  readonly about?: "paths" | "tracing";
}

/** The lines below the tree of a process. */
export function footer(process: ProcessTree, remarks: readonly string[]): string[] {
  return [...notices(process).map(({ text }) => text), ...remarks].map(printable);
}

/** What there is to say of the calls of a process. */
export function notices(process: ProcessTree): Notice[] {
  const { info, tree } = process;
  const lines: Notice[] = [];
  const say = (text: string, about?: Notice["about"]) =>
    lines.push({ text, serious: false, ...(about === undefined ? {} : { about }) });
  const warn = (text: string) => lines.push({ text, serious: true });
  say(`${formatNumberOf(process.events, "event")}, ${formatNumberOf(process.goroutines, "goroutine")}`);
  if (info.stop !== undefined) warn(`recording stopped after ${formatDuration(info.stop.at)}: ${info.stop.reason}`);
  if (info.lost > 0) warn(`not recorded: ${formatNumberOf(info.lost, "event")}`);
  const running = sumOf(tree.running);
  if (running > 0) {
    const live = info.now !== undefined;
    const since = process.atLeast ? ` (≥: at least until the ${live ? "trace was read" : "recording ended"})` : "";
    const what = live ? "the process still runs, not returned yet" : "not returned when the process ended";
    say(`${what}: ${formatNumberOf(running, "frame")}${since}`);
  }
  const panics = sumOf(tree.panics);
  if (panics > 0) say(`left by panic: ${formatNumberOf(panics, "frame")}`);
  const goexits = sumOf(tree.goexits);
  if (goexits > 0) say(`left by runtime.Goexit: ${formatNumberOf(goexits, "frame")}`);
  if (process.deep) {
    say(
      `calls deeper than ${process.depthLimit} levels are shown on level ${process.depthLimit}, with their self time`,
      "paths",
    );
  }
  if (process.manyFunctions) {
    say(`more than ${formatCount(ID_LIMIT)} functions: calls of those beyond are counted under [other functions]`);
  }
  if (tree.others > 0) {
    const calls = formatNumberOf(tree.calls[tree.others], "call");
    const limit = formatCount(process.pathLimit);
    say(
      `more than ${limit} call paths: ${calls} on others are counted by function under [other call paths], with their self time`,
      "paths",
    );
  }
  const [tracing, advice] = tracingOf(process);
  if (tracing !== undefined) say(tracing, "tracing");
  if (advice !== undefined) say(advice);
  if (process.strayExits > 0) warn(`exits without an enter: ${formatNumberOf(process.strayExits, "event")}`);
  if (process.problem !== undefined) {
    const { offset, message } = process.problem;
    warn(`the trace is damaged at offset ${offset}: ${message}; everything before it is shown`);
  }
  return lines;
}

/** What there is to say of all processes together; of several, what is missing or has limits is said of each. */
export function overall({ processes }: CallForest, title: (process: ProcessTree) => string): Notice[] {
  if (processes.length < 2) return processes.flatMap(notices);
  const sum = (of: (process: ProcessTree) => number) => processes.reduce((total, process) => total + of(process), 0);
  const counts = [
    formatNumberOf(processes.length, "process", "processes"),
    formatNumberOf(
      sum(({ events }) => events),
      "event",
    ),
    formatNumberOf(
      sum(({ goroutines }) => goroutines),
      "goroutine",
    ),
  ];
  const frames = (what: string, count: number): Notice[] =>
    count > 0 ? [{ text: `${what}: ${formatNumberOf(count, "frame")}`, serious: false }] : [];
  return [
    { text: counts.join(", "), serious: false },
    ...frames(
      "not returned when their process ended",
      sum(({ tree, info }) => (info.now === undefined ? sumOf(tree.running) : 0)),
    ),
    ...frames(
      "not returned yet in processes that still run",
      sum(({ tree, info }) => (info.now === undefined ? 0 : sumOf(tree.running))),
    ),
    ...frames(
      "left by panic",
      sum(({ tree }) => sumOf(tree.panics)),
    ),
    ...frames(
      "left by runtime.Goexit",
      sum(({ tree }) => sumOf(tree.goexits)),
    ),
    ...processes.flatMap((process) =>
      notices(process)
        .filter(({ serious, about }) => serious || about === "paths")
        .map((statement) => ({ ...statement, text: `${title(process)} (${process.info.pid}): ${statement.text}` })),
    ),
  ];
}

/** What the filters of a recording left out of its trees. */
export function omissions({ forest, omitted, select }: Recording): Notice[] {
  const lines = omitted.map(
    ({ filter, calls }) => `left out by ${flagOf(filter, select)}: ${formatNumberOf(calls, "call")}`,
  );
  if (select.from !== undefined || select.to !== undefined) {
    const from = select.from === undefined ? "the start" : formatDuration(select.from);
    const to = select.to === undefined ? "the end" : formatDuration(select.to);
    lines.push(`calls and times are those from ${from} to ${to}`);
  }
  if (omitted.length > 0 && forest.processes.every(({ tree }) => tree.size === 1))
    lines.push("no call is left to show");
  return lines.map((text) => ({ text, serious: true }));
}

/** The flags that choose of a tree what to show, as far as they are given. */
export function flagsOf({ depth, minimum, minimumPercent, top }: FilterOptions): string {
  return [
    ...(Number.isFinite(depth ?? Number.NaN) ? ["--depth"] : []),
    ...(minimum ? ["--min"] : []),
    ...(minimumPercent ? ["--min-percent"] : []),
    ...(top === undefined ? [] : ["--top"]),
  ].join(" and ");
}

/** A pattern in the user's words: JavaScript escapes slashes in it. */
function written(pattern: RegExp | { readonly text: string } | undefined): string | undefined {
  return pattern instanceof RegExp ? pattern.source.replaceAll("\\/", "/") : pattern?.text;
}

function flagOf(filter: Omission["filter"], select: SelectOptions): string {
  switch (filter) {
    case "window":
      return select.from === undefined ? "--to" : select.to === undefined ? "--from" : "--from and --to";
    case "goroutine":
      return `--goroutine ${select.goroutines?.join(",")}`;
    default:
      return `--${filter} ${written(select[filter])}`;
  }
}
