/** `gotrace requests`: the requests of a server, in saved traces or of a program that it builds and runs, and what the slow ones have more of. */

import { ExitCode, UserError } from "../../base/errors.js";
import {
  costBounds,
  namePattern,
  nearestName,
  RequestCollector,
  RequestFinder,
  type Requests,
  type RootKind,
  TaskCollector,
  waitsOfCall,
} from "../../callstats/index.js";
import { isGivenBack } from "../../calltrace/index.js";
import type { Recording } from "../../calltree/index.js";
import {
  namesOf,
  type RequestsReport,
  requestsJson,
  requestsTable,
  unkeptLines,
} from "../../render/numbers/requests.js";
import { measureFor } from "../../render/style.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { buildFlags } from "../flags/go-flags.js";
import { type Flag, type ParsedFlags, parseFlags } from "../flags/parse.js";
import { reportOptions } from "../flags/report.js";
import {
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
import { requireStates } from "../report/require-states.js";
import { completeness, walk, walkSome } from "../report/visit.js";
import { namesTrace, reportTracesOrProgram } from "./traces-or-program.js";

const flags: readonly Flag[] = [
  {
    name: "root",
    value: "FUNC",
    help: "a request is a call of FUNC: Go's name, which may begin at any part of the package path, or /regexp/; or task:NAME, a task of runtime/trace (default: handlers that a server calls; where there are none, tasks, then tests)",
  },
  {
    name: "slowest",
    value: "N",
    help: "list the N slowest requests, each with its tree as with --tree (default 3, without trees)",
  },
  callTreesFlag,
  { name: "format", value: "FORMAT", help: "table (default) or json" },
  namesFlag,
  ...selectFlags,
  joinFlag,
];

export const requestsCommand: Command = {
  name: "requests",
  usage: "requests [flags] [TRACE… | <package or .go files> [arguments of the program…]]",
  description: `Shows the requests in saved traces, or of a program that it builds and runs (its standard output then goes to standard error,
unless -o names a file for the requests): for each root function how many there were and how long they took, what the slowest
tenth has more of than the others (with a trace of 'gotrace run --states'), and the slowest. A request is a handler's call
by net/http, gRPC or another server that the module does not own, each on a kept-alive connection by itself; or what --root
names; or, in traces without handlers, a task of runtime/trace (with states), or a test.`,
  flags: [...flags, outputFlag, ...recordFlags, ...traceFlags, ...buildFlags],
  goFlags: buildFlagsNote,
  examples: [
    "gotrace requests",
    "gotrace requests --slowest 10 trace.gotrace",
    "gotrace requests --root 'main.handle' trace.gotrace",
    "gotrace requests ./cmd/server -port 8080",
  ],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const parsed = parseFlags("requests", requestsCommand.flags, words, namesTrace);
  if (parsed.has("help")) {
    process.stdout.write(commandHelp(requestsCommand));
    return 0;
  }
  const format = requestsFormat(parsed);
  const options = reportOptions(parsed);
  return reportTracesOrProgram("requests", parsed, parsed.rest, { options, format });
}

function requestsFormat(flags: ParsedFlags): Format {
  const kind = choice(flags, "format", ["table", "json"]);
  const slowest = Math.floor(number(flags, "slowest", 3, 0));
  const root = flags.string("root");
  const find = finderOf(root);
  const withTrees = kind === "table" && (flags.has("slowest") || flags.has("tree"));
  const isKept = !root?.startsWith(TASK) && !withTrees && !flags.has("tree");
  const requestRoot = root === undefined ? {} : { requestRoot: root };
  return {
    name: "requests",
    carriesNotices: true,
    ...(kind === "table" ? { next: ["calls FUNC", "stats"] } : {}),
    handlesLimits: true,
    singleCalls: true,
    ...(isKept ? { fromTrees: true, collectsDurations: true, ...requestRoot } : {}),
    render: async (recording, context) => {
      const report = reportOf(find(recording, slowest), recording, context);
      const { slowest: listed } = report.requests;
      const isTree = withTrees && (recording.isWalkable || flags.has("tree"));
      const trees = isTree ? await callTrees(recording, listed, context) : undefined;
      const isExplained = kind === "json" && flags.has("tree");
      const fieldsOf = isExplained ? explanationFields(recording, listed) : undefined;
      const notices = [...(withTrees && !isTree ? [NO_TREES] : []), ...report.notices];
      return render(kind, { ...report, notices, trees, fieldsOf }, context);
    },
  };
}

const NO_TREES = "the slowest without their trees: single calls were given back; --save FILE keeps them";

/** What the value of --root begins with if it names tasks. */
const TASK = "task:";

function finderOf(root: string | undefined): (recording: Recording, slowest: number) => Requests {
  if (root === undefined) return byThemselves;
  return root.startsWith(TASK) ? tasksNamed(root.slice(TASK.length)) : named(root);
}

/** Handlers; where there are none tasks, or tests, or callbacks of other modules. @throws UserError where there is nothing */
function byThemselves(recording: Recording, slowest: number): Requests {
  const handlers = collected(recording, { kind: "handlers" }, slowest);
  if (handlers !== undefined && handlers.count > 0) return handlers;
  if (handlers !== undefined && !recording.isWalkable) {
    const tests = collected(recording, { kind: "tests" }, slowest);
    if (tests !== undefined && tests.count > 0) return tests;
    throw noHandlers(tests !== undefined);
  }
  const finder = new RequestFinder(recording, slowest);
  walk(recording, ...finder.visitors);
  const found = finder.requests();
  if (found !== undefined) return found;
  throw new UserError(
    "no requests: no server that is not traced called a function of the module, and there are no tasks or tests",
    "name what a request is: gotrace requests --root main.handle TRACE",
    ExitCode.noInput,
  );
}

/** The requests, if they were collected of some processes; those of the others are found by a walk. */
function collected(recording: Recording, kind: RootKind, slowest: number): Requests | undefined {
  const collector = new RequestCollector(recording, kind, slowest);
  const taken = collector.take();
  if (taken.size === 0) return undefined;
  walkSome(recording, taken, [collector]);
  return collector.requests();
}

/** The error where there are no handlers, and other requests cannot be looked for. @param isTest whether tests were */
function noHandlers(isTest: boolean): UserError {
  return new UserError(
    "no server that is not traced called a function of the module, and single calls were given back while the program ran",
    `to find ${isTest ? "" : "tests, or "}what --root names, keep all calls of a run: --save FILE`,
    ExitCode.noInput,
  );
}

/** Calls of the functions with a name. @throws UserError if none was called */
function named(text: string): (recording: Recording, slowest: number) => Requests {
  const functions = namePattern(text);
  return (recording, slowest) => {
    const collector = new RequestCollector(recording, { kind: "named", ...functions }, slowest);
    walkSome(recording, collector.take(), [collector]);
    const found = collector.requests();
    if (found.count > 0) return found;
    throw noCalls(functions, recording);
  };
}

/** Tasks of a type. @throws UserError if there was none */
function tasksNamed(text: string): (recording: Recording, slowest: number) => Requests {
  const { matches } = namePattern(text);
  return (recording, slowest) => {
    requireStates(recording, `--root ${TASK}${text}`);
    const collector = new TaskCollector(recording, slowest, matches);
    walk(recording, collector);
    const found = collector.requests();
    if (found.count > 0) return found;
    const types = recording.forest.processes.flatMap((_, process) =>
      recording.tasksOf(process).map(({ name }) => name),
    );
    const near = nearestName(text, [...new Set(types)]);
    throw new UserError(
      `no task of runtime/trace is called ${text}`,
      near ? `did you mean ${near}?` : "a task has the name that the program gives to trace.NewTask",
      ExitCode.noInput,
    );
  };
}

function reportOf(requests: Requests, recording: Recording, context: FormatContext): RequestsReport {
  const { forest } = recording;
  return {
    requests,
    titles: forest.processes.length > 1 ? forest.processes.map(context.title) : undefined,
    costs: costBounds(forest),
    commandOf: ({ id, process }) =>
      id === undefined || isGivenBack(forest.processes[process]) ? undefined : context.callCommand?.(id),
    waitsOf: (call) => waitsOfCall(recording, call),
    notices: [...unkeptLines(requests, context.naming), ...completeness(context)],
  };
}

async function render(kind: "table" | "json", report: RequestsReport, context: FormatContext): Promise<Pieces> {
  if (kind === "json") return requestsJson(report);
  const widthOf = await measureFor([...namesOf(report), ...(report.titles ?? [])]);
  return requestsTable(report, { ...context.output, widthOf, naming: context.naming });
}
