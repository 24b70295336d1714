/** `gotrace stats`: numbers by function, from saved traces or from a program that it builds and runs. */

import { ExitCode, UserError } from "../../base/errors.js";
import { shortNaming } from "../../base/names.js";
import { formatNumberOf } from "../../base/units.js";
import {
  costBounds,
  type FunctionStats,
  type NamePattern,
  NeighbourMeter,
  namePattern,
  reasonsByFunction,
  StatsMeter,
  TreeSums,
  waitsByFunction,
} from "../../callstats/index.js";
import { type CallForest, type FunctionInfo, partName, type Recording, timeIn } from "../../calltree/index.js";
import { type NeighbourTable, type StatsReport, statsCsv, statsJson, statsTable } from "../../render/numbers/stats.js";
import { measureFor } from "../../render/style.js";
import { IDLE, WAITS } from "../../render/tree/label.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { buildFlags } from "../flags/go-flags.js";
import { type Flag, type ParsedFlags, parseFlags } from "../flags/parse.js";
import { limitOptions, reportOptions } from "../flags/report.js";
import { gateOptions } from "../flags/run.js";
import {
  assertFlag,
  assertUnknownFlag,
  byFlag,
  joinFlag,
  namesFlag,
  outputFlag,
  recordFlags,
  selectFlags,
  traceFlags,
} from "../flags/tables.js";
import { choice, number, pattern } from "../flags/values.js";
import { checkFormats } from "../options.js";
import type { Pieces } from "../output.js";
import { type Gate, gateOf, hasAssertions } from "../report/assertions.js";
import type { Format, FormatContext } from "../report/format.js";
import { checksFormat, requireGate } from "../report/formats.js";
import { leftOutOfTrees } from "../report/left-out.js";
import { completeness, walk } from "../report/visit.js";
import { namesTrace, reportTracesOrProgram } from "./traces-or-program.js";

const SORTS = [
  "total",
  "calls",
  "self",
  "min",
  "mean",
  "p50",
  "p90",
  "p95",
  "p99",
  "max",
  "stddev",
  "panics",
  "name",
] as const;
/** Default of `--top` for tables. */
const TOP = 30;

const flags: readonly Flag[] = [
  {
    name: "format",
    value: "FORMAT",
    help: "table (default), json or csv; github, junit, sarif or markdown show the outcome of --assert",
  },
  { name: "sort", value: "COLUMN", help: `${SORTS.slice(0, -1).join(", ")} or name (default total)` },
  byFlag,
  { name: "top", value: "N", help: `rows of a table (default ${TOP}; json and csv: all)` },
  { name: "match", value: "REGEXP", help: "only functions whose names match" },
  {
    name: "callers",
    value: "FUNC",
    help: "show who calls FUNC: Go's name, which may begin at any part of the package path, or /regexp/",
  },
  { name: "callees", value: "FUNC", help: "show what FUNC calls" },
  { name: "min", value: "DURATION", help: "only functions with a total of at least this" },
  { name: "depth", value: "N", help: "only calls on the N outermost levels" },
  { name: "all", help: "show all rows, and sort functions that wait for work among the others instead of last" },
  namesFlag,
  ...selectFlags,
  assertFlag,
  assertUnknownFlag,
  joinFlag,
];

export const statsCommand: Command = {
  name: "stats",
  usage: "stats [flags] TRACE… | <package or .go files> [arguments of the program…]",
  description: `Shows for each function how often it was called, its total and self time, how long single calls took, and how many ended
in a panic. It reads saved traces (files, or directories of *.gotrace files), or builds and runs a program; the program's
standard output then goes to standard error, unless -o names a file for the numbers. Recursion counts once in the total
of each goroutine. Times are as measured; a line below the table says how much tracing may have added to a call.`,
  flags: [...flags, outputFlag, ...recordFlags, ...traceFlags, ...buildFlags],
  goFlags: buildFlagsNote,
  examples: [
    "gotrace stats trace.gotrace",
    "gotrace stats --sort p99 --top 10 ./cmd/server",
    "gotrace stats --callers db.Query --callees db.Query trace.gotrace",
  ],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const parsed = parseFlags("stats", statsCommand.flags, words, namesTrace);
  if (parsed.has("help")) {
    process.stdout.write(commandHelp(statsCommand));
    return 0;
  }
  const [format, gate] = await asked(parsed);
  const options = reportOptions(parsed, "sort");
  return reportTracesOrProgram("stats", parsed, parsed.rest, { options, format, gate });
}

/** The output format and the assertions to check. @throws UserError for an invalid value */
async function asked(flags: ParsedFlags): Promise<[Format, Gate]> {
  const format = statsFormat(flags);
  const gate = await gateOf(gateOptions(flags));
  requireGate(format, hasAssertions(gate));
  const singleCalls = format.showsBlame !== true && !hasAssertions(gate);
  return [{ ...format, singleCalls }, gate];
}

/** The output format. @throws UserError for an invalid value */
function statsFormat(flags: ParsedFlags): Format {
  const kind = choice(flags, "format", ["table", "json", "csv", ...checkFormats]);
  const checks = checkFormats.find((name) => name === kind);
  if (checks !== undefined) return checksFormat(checks);
  const most = kind === "table" && !flags.has("all") ? TOP : Number.POSITIVE_INFINITY;
  const options = { ...optionsOf(flags, most), inPlace: kind !== "table" || flags.has("all") };
  const isPlain = !["callers", "callees", "by", "depth"].some((name) => flags.has(name));
  let read = new TreeSums(isPlain);
  return {
    name: "stats",
    fromTrees: isPlain,
    collectsDurations: isPlain,
    carriesNotices: kind !== "csv",
    showsBlame: kind === "json",
    ...(kind === "table" ? { next: ["calls FUNC", "view"] } : {}),
    handlesLimits: true,
    eachTree: () => {
      read = new TreeSums(isPlain);
      return (process, functions) => read.add(process, functions);
    },
    render: async (recording, context) => render(kind as "table", reportOf(recording, context, options, read), context),
  };
}

type Options = ReturnType<typeof optionsOf> & {
  /** Sort functions that wait for work among the others instead of last. */
  readonly inPlace: boolean;
};

function optionsOf(flags: ParsedFlags, top: number) {
  const asked = ["callers", "callees"].find((name) => flags.has(name));
  const other = ["min", "depth", "match", "by"].find((name) => flags.has(name));
  if (asked !== undefined && other !== undefined) {
    throw new UserError(
      `--${asked} and --${other} cannot be combined`,
      `leave --${other} out; --top limits the rows, --focus and similar flags choose calls`,
      ExitCode.usage,
    );
  }
  if (flags.has("sort") && flags.has("by")) {
    throw new UserError("--sort and --by cannot be combined", "leave one of them out", ExitCode.usage);
  }
  return {
    sort: choice(flags, "sort", SORTS as unknown as ["total", ...(typeof SORTS)[number][]]),
    top: number(flags, "top", top, 1),
    match: pattern(flags, "match"),
    callers: functionsOf(flags, "callers"),
    callees: functionsOf(flags, "callees"),
    ...{ min: limitOptions(flags).min, depth: limitOptions(flags).depth },
  };
}

/** The functions that a flag names. @throws UserError for an invalid regular expression */
function functionsOf(flags: ParsedFlags, name: string): NamePattern | undefined {
  const text = flags.string(name);
  return text === undefined ? undefined : namePattern(text);
}

function reportOf(recording: Recording, context: FormatContext, options: Options, read: TreeSums): StatsReport {
  const { forest } = recording;
  const { callers, callees, match, min, depth, top } = options;
  const { by } = context.options;
  const timeOf = ({ total, states }: FunctionStats) => (by === undefined ? total : timeIn(by, states?.total ?? []));
  const asked = [
    ...(callers ? [{ kind: "callers", of: callers } as const] : []),
    ...(callees ? [{ kind: "callees", of: callees } as const] : []),
  ].map((one) => ({ ...one, meter: new NeighbourMeter(forest, (name) => one.of.matches(name)) }));
  const sums = read.of(recording);
  const known = sums.rows(recording);
  const meter = new StatsMeter(forest, { spread: true, depth });
  if (!known) walk(recording, meter.visitor, ...asked.map((one) => one.meter));
  const shown = shortNaming(forest.functions.map(({ name }) => name));
  const isMatch = (name: string) => match === undefined || match.test(name) || match.test(shown(name));
  const all = known ?? meter.rows();
  const idle = idleRows(forest, sums.idle, all);
  const rows = all
    .filter((row) => timeOf(row) >= min && isMatch(row.name))
    .sort(
      by === undefined ? order(options, idle) : (a, b) => timeOf(b) - timeOf(a) || b.total - a.total || byName(a, b),
    );
  const waiting = rows.filter((row) => idle.has(row)).length;
  const neighbours = asked.map(({ kind, of, meter }): NeighbourTable => {
    const list = kind === "callers" ? meter.callers() : meter.callees();
    return { kind, of: of.text, rows: list.slice(0, top), count: list.length };
  });
  const small = all.filter((row) => timeOf(row) < min).length;
  context.notices.push(...leftOutOfTrees(recording, { depth }));
  const notices = completeness(context);
  const blamed = recording.hasStates ? forest.processes : [];
  return {
    // --callers and --callees replace the table of functions.
    rows: neighbours.length > 0 ? [] : rows.slice(0, top),
    by,
    idle,
    functions: rows.length,
    neighbours,
    waits: blamed.some(({ tree }) => tree.blame) ? waitsByFunction(forest, blamed, true) : undefined,
    reasons: reasonsByFunction(forest, blamed),
    costs: costBounds(forest),
    notices: [
      ...(by === undefined ? [] : [`sorted by the total time in ${partName(by)}`]),
      ...(waiting > 0 && !options.inPlace && by === undefined
        ? [`${IDLE}: ${formatNumberOf(waiting, "function")}: ${WAITS}`]
        : []),
      ...notices,
      ...(small > 0 ? [`left out by --min: ${formatNumberOf(small, "function")}`] : []),
    ],
  };
}

/** Sort columns other than times: there, functions that wait for work are not sorted last. */
const TIMELESS: readonly string[] = ["calls", "panics", "name"];

/** Functions that spend at least nine tenths of their total time waiting for work. */
function idleRows(
  { functions }: CallForest,
  idle: ReadonlyMap<number, number>,
  rows: readonly FunctionStats[],
): Set<FunctionStats> {
  const key = ({ name, file, line }: FunctionInfo) => `${name}\0${file}\0${line}`;
  const times = new Map([...idle].map(([func, time]) => [key(functions[func]), time]));
  return new Set(rows.filter((row) => (times.get(key(row)) ?? 0) >= 0.9 * row.total && row.total > 0));
}

function order(
  { sort: by, inPlace }: Options,
  idle: ReadonlySet<FunctionStats>,
): (a: FunctionStats, b: FunctionStats) => number {
  if (by === "name") return byName;
  const last = (row: FunctionStats) => Number(!inPlace && !TIMELESS.includes(by) && idle.has(row));
  return (a, b) => last(a) - last(b) || b[by] - a[by] || b.total - a.total || byName(a, b);
}

function byName(a: FunctionStats, b: FunctionStats): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

async function render(
  kind: "table" | "json" | "csv",
  report: StatsReport,
  { output, naming }: FormatContext,
): Promise<Pieces> {
  if (kind === "json") return statsJson(report);
  if (kind === "csv") return statsCsv(report);
  const names = [...report.rows, ...report.neighbours.flatMap(({ rows }) => rows)].map(({ name }) => name ?? "");
  return statsTable(report, { ...output, widthOf: await measureFor(names), naming });
}
