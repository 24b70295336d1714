/** `gotrace calls`: single calls of a function in saved traces. */

import { ExitCode, UserError } from "../../base/errors.js";
import { formatNumberOf } from "../../base/units.js";
import { quoteWord } from "../../base/words.js";
import {
  CallLister,
  type Choice,
  costBounds,
  type ListingOptions,
  type NamePattern,
  namePattern,
  waitsOfCall,
} from "../../callstats/index.js";
import type { Recording } from "../../calltree/index.js";
import { flagsOf } from "../../render/notices.js";
import { type CallsReport, callsJson, callsNdjson, callsTable } from "../../render/numbers/calls.js";
import { measureFor } from "../../render/style.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { buildFlags } from "../flags/go-flags.js";
import { type Flag, type ParsedFlags, parseFlags } from "../flags/parse.js";
import { limitOptions, reportOptions } from "../flags/report.js";
import {
  byFlag,
  callTreesFlag,
  joinFlag,
  namesFlag,
  outputFlag,
  recordFlags,
  selectFlags,
  traceFlags,
} from "../flags/tables.js";
import { choice, number } from "../flags/values.js";
import type { Pieces } from "../output.js";
import { callTrees } from "../report/call-trees.js";
import { explanationFields } from "../report/explain-calls.js";
import type { Format, FormatContext } from "../report/format.js";
import { noCalls } from "../report/no-calls.js";
import { completeness, walk } from "../report/visit.js";
import { namesTraces } from "../trace-files.js";
import { namesTrace, reportTracesOrProgram } from "./traces-or-program.js";

const CHOICES = ["slowest", "first", "last", "nth"] as const;

const flags: readonly Flag[] = [
  { name: "slowest", value: "N", help: "the N slowest calls (default 10)" },
  { name: "first", value: "N", help: "the N calls that began first" },
  { name: "last", value: "N", help: "the N calls that began last" },
  { name: "nth", value: "N", help: "the N-th call in order of start" },
  {
    ...byFlag,
    help: "the calls with most time in this state, such as lock, network or off-cpu; --min limits that time (repeat or separate by commas)",
  },
  { name: "min", value: "DURATION", help: "only calls that took at least this" },
  { name: "depth", value: "N", help: "only calls on the N outermost levels" },
  { name: "format", value: "FORMAT", help: "table (default), json or ndjson (one call a line)" },
  callTreesFlag,
  namesFlag,
  ...selectFlags,
  joinFlag,
];

export const callsCommand: Command = {
  name: "calls",
  usage: "calls [flags] FUNC [TRACE… | <package or .go files> [arguments of the program…]]",
  description: `Shows single calls of a function in saved traces: when each began, how long it took, how it ended, on which goroutine
and in which test, and what called it. FUNC is Go's name, which may begin at any part of the package path (db.Query,
'db.(*DB).Query'), or /regexp/. With a package it builds and runs the program first, whose standard output then goes to
standard error, unless -o names a file for the calls.`,
  flags: [...flags, outputFlag, ...recordFlags.filter(({ name }) => name !== "last"), ...traceFlags, ...buildFlags],
  goFlags: buildFlagsNote,
  examples: [
    "gotrace calls db.Query trace.gotrace",
    "gotrace calls --slowest 3 --tree db.Query",
    "gotrace calls --states --by lock db.Query ./cmd/server",
    "gotrace calls --first 3 'store.(*DB).Put' trace.gotrace",
    "gotrace calls --format ndjson --slowest 1000 /^main/ trace.gotrace",
  ],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  // What follows a package is the program's.
  const parsed = parseFlags(
    "calls",
    callsCommand.flags,
    words,
    (word, flags) => flags.rest.length === 0 || namesTrace(word, flags),
  );
  if (parsed.has("help")) {
    process.stdout.write(commandHelp(callsCommand));
    return 0;
  }
  const [name, ...paths] = parsed.rest;
  if (name === undefined) {
    throw new UserError("no function given", "name one: gotrace calls db.Query [FILE]", ExitCode.usage);
  }
  refuseTrace(name, paths);
  const format = callsFormat(parsed, namePattern(name));
  const options = reportOptions(parsed);
  return reportTracesOrProgram("calls", parsed, paths, { options, format });
}

/** Refuses a trace in the place of the function. @param next the word after it @throws UserError if `name` is a trace */
function refuseTrace(name: string, [next]: readonly string[]): void {
  if (/^\/.+\/$/.test(name) || !namesTraces(name)) return;
  // The advice uses the next word as the function, unless it is a trace as well.
  const meant = next === undefined || namesTraces(next) ? "db.Query" : next;
  throw new UserError(
    `no function given: ${name} is a trace`,
    `the function comes before the trace: gotrace calls ${[meant, name].map(quoteWord).join(" ")}`,
    ExitCode.usage,
  );
}

function callsFormat(flags: ParsedFlags, functions: NamePattern): Format {
  const kind = choice(flags, "format", ["table", "json", "ndjson"]);
  const { min, depth } = limitOptions(flags);
  const options = { choice: choiceOf(flags), functions, minimum: min, depth };
  return {
    name: "calls",
    carriesNotices: kind !== "ndjson",
    ...(kind === "table" ? { next: ["stats", "view"] } : {}),
    handlesLimits: true,
    singleCalls: true,
    render: async (recording, context) => {
      const report = reportOf(recording, context, options);
      if (!flags.has("tree")) return render(kind, report, context);
      const { records } = report.listing;
      if (kind !== "table")
        return render(kind, { ...report, fieldsOf: explanationFields(recording, records) }, context);
      return render(kind, { ...report, trees: await callTrees(recording, records, context) }, context);
    },
  };
}

/** Which calls to list. @throws UserError when more than one of the flags is given */
function choiceOf(flags: ParsedFlags): Choice {
  const given = CHOICES.filter((name) => flags.has(name));
  if (given.length > 1) {
    throw new UserError(`--${given.join(" and --")} cannot be combined`, "choose one of them", ExitCode.usage);
  }
  const kind = given[0] ?? "slowest";
  if (kind !== "slowest" && flags.has("by")) {
    throw new UserError(
      `--${kind} and --by cannot be combined`,
      "--by orders calls by their time, not by their start: use --slowest",
      ExitCode.usage,
    );
  }
  return { kind, count: Math.floor(number(flags, kind, 10, 1)) };
}

interface Options extends ListingOptions {
  readonly functions: NamePattern;
}

/** Lists the calls of the function in a recording. @throws UserError when no traced function has the name */
function reportOf(recording: Recording, context: FormatContext, options: Options): CallsReport {
  const { forest } = recording;
  const { functions } = options;
  const names = forest.functions.map(({ name }) => name);
  if (!names.some((name) => functions.matches(name))) throw noCalls(functions, recording);
  const { by } = context.options;
  const lister = new CallLister(forest, (name) => functions.matches(name), { ...options, by });
  walk(recording, lister);
  const listing = lister.listing();
  const { leftOut } = listing;
  if (leftOut > 0) {
    const text = `left out by ${flagsOf(options)}: ${formatNumberOf(leftOut, "call")} of ${functions.text}`;
    context.notices.push({ text, serious: true });
  }
  return {
    listing,
    of: functions.text,
    titles: forest.processes.length > 1 ? forest.processes.map(context.title) : undefined,
    costs: costBounds(forest),
    commandOf: ({ id }) => (id === undefined ? undefined : context.callCommand?.(id)),
    waitsOf: (call) => waitsOfCall(recording, call),
    notices: completeness(context),
  };
}

async function render(kind: "table" | "json" | "ndjson", report: CallsReport, context: FormatContext): Promise<Pieces> {
  if (kind === "json") return callsJson(report);
  if (kind === "ndjson") return callsNdjson(report);
  const { records } = report.listing;
  const names = records.flatMap((record) => [record.function.name, record.test ?? "", ...record.path]);
  const widthOf = await measureFor([...names, ...(report.titles ?? [])]);
  return callsTable(report, { ...context.output, widthOf, naming: context.naming });
}
