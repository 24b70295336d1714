/** Notices: lines that say how complete a report is. */
import { formatDate, isMoment } from "../base/moment.js";
import { printable } from "../base/printable.js";
import { formatCount, formatDuration, formatNumberOf } from "../base/units.js";
import {
  type CallForest,
  type FilteredCalls,
  ID_LIMIT,
  type ProcessTree,
  type Recording,
  type SelectOptions,
  type ViewOptions,
  writeCallId,
} from "../calltree/index.js";
import { recordedNotices } from "./recorded.js";
import { tracingOf } from "./tracing.js";

/** A line about the completeness of a report. */
export interface Notice {
  readonly text: string;
  /** Whether something is missing or wrong. */
  readonly serious: boolean;
  /**
   * `paths`: only for reports that show call paths. `tracing`: only for reports without their own line about tracing.
   */
  readonly about?: "paths" | "tracing";
}

/** The lines below the tree of a process. */
export function footer(process: ProcessTree, remarks: readonly string[]): string[] {
  return [...processNotices(process).map(({ text }) => text), ...remarks].map(printable);
}

/** The notices about the calls of a process. */
export function processNotices(process: ProcessTree): Notice[] {
  const { info, counts } = process;
  const { running, panics, goexits, others } = counts;
  const lines: Notice[] = [];
  const say = (text: string, about?: Notice["about"]) =>
    lines.push({ text, serious: false, ...(about === undefined ? {} : { about }) });
  const warn = (text: string) => lines.push({ text, serious: true });
  const size = `${formatNumberOf(process.events, "event")}, ${formatNumberOf(process.goroutines, "goroutine")}`;
  say(`${size}${beforeRings([process])}`);
  for (const line of recordedNotices(process)) warn(line);
  if (info.stop !== undefined && info.stop.reason !== "snapshot")
    warn(`recording stopped after ${formatDuration(info.stop.at)}: ${info.stop.reason}`);
  if (info.lost > 0) warn(`not recorded: ${formatNumberOf(info.lost, "event")}`);
  if (running > 0) {
    const live = info.now !== undefined;
    const isCopy = info.stop?.reason === "snapshot";
    const until = live ? "trace was read" : isCopy ? "snapshot was taken" : "recording ended";
    const since = process.atLeast ? ` (≥: at least until the ${until})` : "";
    const what = live
      ? "the process still runs, not returned yet"
      : `not returned when the ${isCopy ? "snapshot was taken" : "process ended"}`;
    say(`${what}: ${formatNumberOf(running, "frame")}${since}`);
  }
  if (panics > 0) say(`left by panic: ${formatNumberOf(panics, "frame")}`);
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
  if (others !== undefined) {
    const calls = formatNumberOf(others, "call");
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

/** Chunks of a ring are overwritten as a whole, so the oldest ones reach further back than all of them together. */
function beforeRings(processes: readonly ProcessTree[]): string {
  const isRing = processes.some(({ reach }) => reach !== undefined);
  return isRing ? ", with what is left from just before the ring begins" : "";
}

/**
 * The notices about all processes together. With several, notices about missing data and limits are listed per process.
 */
export function overall({ processes }: CallForest, title: (process: ProcessTree) => string): Notice[] {
  if (processes.length < 2) return processes.flatMap(processNotices);
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
    { text: `${counts.join(", ")}${beforeRings(processes)}`, serious: false },
    ...frames(
      "not returned when their process ended",
      sum(({ counts, info }) => (info.now === undefined ? counts.running : 0)),
    ),
    ...frames(
      "not returned yet in processes that still run",
      sum(({ counts, info }) => (info.now === undefined ? 0 : counts.running)),
    ),
    ...frames(
      "left by panic",
      sum(({ counts }) => counts.panics),
    ),
    ...frames(
      "left by runtime.Goexit",
      sum(({ counts }) => counts.goexits),
    ),
    ...processes.flatMap((process) =>
      processNotices(process)
        .filter(({ serious, about }) => serious || about === "paths")
        .map((notice) => ({ ...notice, text: `${title(process)} (${process.info.pid}): ${notice.text}` })),
    ),
  ];
}

/** The notices about filtered calls. */
export function filterNotices(recording: Recording): Notice[] {
  const { forest, filtered, select } = recording;
  const lines = filtered.map(
    ({ filter, calls }) => `left out by ${flagOf(filter, select)}: ${formatNumberOf(calls, "call")}`,
  );
  if (select.from !== undefined || select.to !== undefined) {
    const [from, to] = [boundOf(recording, "from") ?? "the start", boundOf(recording, "to") ?? "the end"];
    lines.push(`calls and times are those from ${from} to ${to}`);
  }
  if (filtered.length > 0 && forest.processes.every(({ counts }) => counts.paths === 0))
    lines.push("no call is left to show");
  return lines.map((text) => ({ text, serious: true }));
}

/** A bound of the time to show, as people read it: since the start of the process, or on the wall clock. */
function boundOf(recording: Recording, side: "from" | "to"): string | undefined {
  const bound = recording.select[side];
  if (bound === undefined) return undefined;
  if (!isMoment(bound)) return formatDuration(bound);
  const [first] = recording.forest.processes;
  return formatDate(BigInt(first.info.startWall) + BigInt(Math.round(recording.windowOf(0)[side] ?? 0)));
}

/** The given flags that limit what is shown of a tree, such as `--depth and --min`. */
export function flagsOf({ by, depth, minimum, minimumPercent, top }: ViewOptions): string {
  return [
    ...(by === undefined ? [] : ["--by"]),
    ...(Number.isFinite(depth ?? Number.NaN) ? ["--depth"] : []),
    ...(minimum ? ["--min"] : []),
    ...(minimumPercent ? ["--min-percent"] : []),
    ...(top === undefined ? [] : ["--top"]),
  ].join(" and ");
}

/** A pattern as the user wrote it: JavaScript escapes slashes in `source`. */
function written(pattern: RegExp | { readonly text: string } | undefined): string | undefined {
  return pattern instanceof RegExp ? pattern.source.replaceAll("\\/", "/") : pattern?.text;
}

function flagOf(filter: FilteredCalls["filter"], select: SelectOptions): string {
  switch (filter) {
    case "window":
      return select.from === undefined ? "--to" : select.to === undefined ? "--from" : "--from and --to";
    case "call":
      return `--call ${select.call && writeCallId(select.call)}`;
    case "goroutine":
      return `--goroutine ${select.goroutines?.join(",")}`;
    default:
      return `--${filter} ${written(select[filter])}`;
  }
}
