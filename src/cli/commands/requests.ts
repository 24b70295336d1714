/** `gotrace requests`: the requests of a server in saved traces, and what the slow ones have more of. */

import { ExitCode, UserError } from "../../base/errors.js";
import {
  costBounds,
  namePattern,
  RequestCollector,
  type Requests,
  type RootKind,
  waitsOfCall,
} from "../../callstats/index.js";
import type { Recording } from "../../calltree/index.js";
import { namesOf, type RequestsReport, requestsJson, requestsTable } from "../../render/numbers/requests.js";
import { measureFor } from "../../render/style.js";
import { type Command, commandHelp } from "../command.js";
import { type Flag, type ParsedFlags, parseFlags } from "../flags/parse.js";
import { reportOptions } from "../flags/report.js";
import { sessionOptions } from "../flags/run.js";
import { helpFlag, namesFlag, outputFlag, selectFlags } from "../flags/tables.js";
import { choice, number } from "../flags/values.js";
import type { Pieces } from "../output.js";
import type { Format, FormatContext } from "../report/format.js";
import { noCalls } from "../report/no-calls.js";
import { reportTraces } from "../report/reporting.js";
import { completeness, walk } from "../report/visit.js";
import { Session } from "../session.js";

const flags: readonly Flag[] = [
  {
    name: "root",
    value: "FUNC",
    help: "a request is a call of FUNC: Go's name, which may begin at any part of the package path, or /regexp/ (default: handlers that a server calls; where there are none, tests)",
  },
  { name: "slowest", value: "N", help: "list the N slowest requests (default 3)" },
  { name: "format", value: "FORMAT", help: "table (default) or json" },
  namesFlag,
  ...selectFlags,
];

export const requestsCommand: Command = {
  name: "requests",
  usage: "requests [flags] [TRACE…]",
  description: `Shows the requests in saved traces: for each root function how many there were and how long they took, what the slowest
tenth has more of than the others (with a trace of 'gotrace run --states'), and the slowest. A request is a handler's call
by net/http, gRPC or another server that the module does not own, each on a kept-alive connection by itself; or a call of
--root; or, in traces without either, a test.`,
  flags: [...flags, outputFlag, { name: "verbose", short: "v", help: "show what is read" }, helpFlag],
  examples: [
    "gotrace requests",
    "gotrace requests --slowest 10 trace.gotrace",
    "gotrace requests --root 'main.handle' trace.gotrace",
  ],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const parsed = parseFlags("requests", requestsCommand.flags, words, true);
  if (parsed.has("help")) {
    process.stdout.write(commandHelp(requestsCommand));
    return 0;
  }
  const format = requestsFormat(parsed);
  const options = reportOptions(parsed);
  const session = new Session(sessionOptions(parsed));
  const request = { format, toStderr: false };
  const { damaged } = await session.withDefaultSignals(() => reportTraces(session, options, parsed.rest, request));
  return damaged ? ExitCode.data : 0;
}

function requestsFormat(flags: ParsedFlags): Format {
  const kind = choice(flags, "format", ["table", "json"]);
  const slowest = Math.floor(number(flags, "slowest", 3, 0));
  const root = flags.string("root");
  const find = root === undefined ? byThemselves : named(root);
  return {
    name: "requests",
    carriesNotices: true,
    ...(kind === "table" ? { next: ["calls FUNC", "stats"] } : {}),
    handlesLimits: true,
    render: async (recording, context) => render(kind, reportOf(find(recording, slowest), recording, context), context),
  };
}

/** Handlers, or tests where there are none. @throws UserError where there are neither */
function byThemselves(recording: Recording, slowest: number): Requests {
  const found = collect(recording, slowest, { kind: "handlers" }, { kind: "tests" }).find(({ count }) => count > 0);
  if (found !== undefined) return found;
  throw new UserError(
    "no requests: no server that is not traced called a function of the module, and there are no tests",
    "name what a request is: gotrace requests --root main.handle TRACE",
    ExitCode.noInput,
  );
}

/** Calls of the functions with a name. @throws UserError if none was called */
function named(text: string): (recording: Recording, slowest: number) => Requests {
  const functions = namePattern(text);
  return (recording, slowest) => {
    const [found] = collect(recording, slowest, { kind: "named", matches: functions.matches });
    if (found.count > 0) return found;
    throw noCalls(functions, recording);
  };
}

/** The requests of each kind, found in one walk. */
function collect(recording: Recording, slowest: number, ...kinds: readonly RootKind[]): Requests[] {
  const collectors = kinds.map((kind) => new RequestCollector(recording, kind, slowest));
  walk(recording, ...collectors);
  return collectors.map((collector) => collector.requests());
}

function reportOf(requests: Requests, recording: Recording, context: FormatContext): RequestsReport {
  const { forest } = recording;
  return {
    requests,
    titles: forest.processes.length > 1 ? forest.processes.map(context.title) : undefined,
    costs: costBounds(forest),
    waitsOf: (call) => waitsOfCall(recording, call),
    notices: completeness(context),
  };
}

async function render(kind: "table" | "json", report: RequestsReport, context: FormatContext): Promise<Pieces> {
  if (kind === "json") return requestsJson(report);
  const widthOf = await measureFor([...namesOf(report), ...(report.titles ?? [])]);
  return requestsTable(report, { ...context.output, widthOf, naming: context.naming });
}
