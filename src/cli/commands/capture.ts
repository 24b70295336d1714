/** `gotrace capture`: fetches a trace from a running server and analyzes it. */

import { ExitCode, UserError } from "../../base/errors.js";
import { parseSize } from "../../base/quantity.js";
import { formatBytes } from "../../base/units.js";
import { analyze } from "../analyze/analysis.js";
import { withGrepExitCodes } from "../analyze/read-exec-trace.js";
import { accessOf } from "../capture/access.js";
import { MARGIN, MAX_BYTES } from "../capture/download.js";
import { fetchTrace } from "../capture/fetch.js";
import { captureTarget, DEFAULT_SECONDS, defaultName, MAX_SECONDS, type Wanted } from "../capture/target.js";
import { COOL_DOWN } from "../capture/turn.js";
import { type Command, commandHelp } from "../command.js";
import { accessFlags, accessOptions } from "../flags/access.js";
import { analysisOptions, reportOf } from "../flags/analysis.js";
import { formatOf } from "../flags/format.js";
import { type ParsedFlags, parseFlags } from "../flags/parse.js";
import { helpFlag } from "../flags/tables.js";
import { choice, refuse } from "../flags/values.js";
import { keepOf, namesServer, WATCH_ONLY, watchFlags, watchOptions } from "../flags/watch.js";
import { openOutput } from "../output.js";
import { traceKindOf } from "../trace-kind.js";
import { analyzeCommand } from "./analyze.js";

/** The flags of `analyze` that mean the same here. `-o` does not: it names the trace, and `--report` the findings. */
const passed = analyzeCommand.flags
  .filter(({ name }) => name !== "o" && name !== "help")
  .map((flag) =>
    flag.name === "format" ? { ...flag, help: `${flag.help}; with --calls, those of 'gotrace report'` } : flag,
  );
/** What a capture can be of, one flag each. */
const KINDS = ["trace", "flight", "calls", "list", "watch"] as const;

export const captureCommand: Command = {
  name: "capture",
  usage: "capture [flags] URL | capture --watch [flags] DIR | URL",
  description: `Fetches an execution trace from a running Go server, saves it, and analyzes it as 'gotrace analyze' does.
URL is host:port or http://host:port, which stand for /debug/pprof/trace on that server (import _ "net/http/pprof"), or
the full URL of a trace or of a flight recorder; unix:///run/app.sock is a server on a Unix socket, and
unix:///run/app.sock:/path another endpoint of it.

A server with gotrace's agent (see 'gotrace agent') also has a flight recorder (--flight) and, if 'gotrace build' built it, the
latest calls (--calls), which are shown as by 'gotrace report'. --list says what it has.

Tracing slows a server down, so captures from one server never overlap, last at most ${MAX_SECONDS} seconds, and are ${COOL_DOWN / 1000}
seconds apart; an agent wants a longer pause, which --wait keeps. Ctrl-C closes the connection, which ends the tracing; what has
arrived is kept if it can be analyzed later. Whatever the server does, a capture ends ${MARGIN / 1000} seconds after the requested
time, or at --max-size.

--watch takes snapshots as they come: execution traces and copies of call rings (*.trace, *.gotrace), from the directory in
which an agent or a traced program writes them, or from an agent, into -o DIR. It analyzes each and prints what it found. It
goes on when the server restarts, and says what it cannot read; after a restart it reports what it has not yet reported.

Exit codes: those of 'gotrace analyze' (2 also if there is no trace); 130 after Ctrl-C. --watch ends with 0 on SIGTERM, and
with --once as 'gotrace analyze' does (2 also if a snapshot, the report or the webhook failed).`,
  flags: [
    { name: "trace", help: "record an execution trace (default)" },
    { name: "flight", help: "fetch what the agent's flight recorder holds: the last seconds" },
    { name: "calls", help: "fetch the agent's ring of calls, of a binary of 'gotrace build', and report on it" },
    { name: "list", help: "show what the agent has, and its snapshots, as a table or with --format json" },
    {
      name: "seconds",
      value: "N",
      help: `record N seconds, at most ${MAX_SECONDS} (default ${DEFAULT_SECONDS}; flight recorders decide themselves)`,
    },
    {
      name: "o",
      value: "FILE",
      help: "save the trace in FILE (default HOST-PORT-TIME.trace); with --watch URL, the directory for snapshots (default HOST-PORT-snapshots)",
    },
    ...accessFlags,
    {
      name: "max-size",
      value: "SIZE",
      help: `end when the trace reaches this size (default ${formatBytes(MAX_BYTES)})`,
    },
    { name: "wait", help: "wait if another capture is running or has just ended, or if the server asks for it" },
    { name: "no-analyze", help: "only save the trace" },
    {
      name: "report",
      value: "FILE",
      help: "write the findings to FILE instead of standard output; --watch appends them to FILE as NDJSON, and prints them too",
    },
    ...watchFlags,
    ...passed,
    helpFlag,
  ],
  examples: [
    "gotrace capture localhost:6060",
    "gotrace capture --seconds 10 -o slow.trace --format html --report slow.html https://admin.example.com/debug/pprof",
    "gotrace capture http://localhost:6060/debug/flightrecorder",
    "gotrace capture --flight --wait --token-file ~/.config/shop.token https://shop.example.com:6060",
    "gotrace capture --list unix:///run/app/agent.sock",
    "gotrace capture --watch --report findings.ndjson /var/trace/snapshots",
    "gotrace capture --watch --format slog -o /var/trace --token-file shop.token https://shop.example.com:6060",
  ],
  run: (words) => withGrepExitCodes(() => run(words)),
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("capture", captureCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(captureCommand));
    return 0;
  }
  const kind = kindOf(flags);
  const address = addressOf(flags);
  if (kind === "watch") return watch(flags, address);
  refuse(flags, WATCH_ONLY, "single captures: it is for --watch");
  return kind === "list" ? list(flags, address) : capture(flags, address, kind);
}

/** @throws UserError if several are asked for */
function kindOf(flags: ParsedFlags): (typeof KINDS)[number] {
  const [kind = "trace", other] = KINDS.filter((name) => flags.has(name));
  if (other === undefined) return kind;
  throw new UserError(`--${kind} and --${other} cannot be combined`, "fetch one after the other", ExitCode.usage);
}

/** The server. @throws UserError if there is not exactly one */
function addressOf({ rest }: ParsedFlags): string {
  if (rest.length === 1) return rest[0];
  const what = rest.length === 0 ? "no server given" : `one server at a time, not ${rest.length}`;
  throw new UserError(what, "name one: gotrace capture localhost:6060", ExitCode.usage);
}

/** What shows the agent's list. */
const OF_CAPTURES = ["seconds", "o", "max-size", "wait", "no-analyze"];
const OF_SERVERS = ["o", "keep", "max-size"];
const OF_FINDINGS = passed.map(({ name }) => name).filter((name) => name !== "format");

async function list(flags: ParsedFlags, address: string): Promise<number> {
  refuse(flags, [...OF_CAPTURES, ...OF_FINDINGS], "--list");
  const format = choice(flags, "format", ["table", "json"]);
  const target = captureTarget(address, undefined, "agent");
  const access = accessOf(accessOptions(flags), target, process.env);
  const { listing, listingJson, listingTables } = await import("../capture/list.js");
  const state = await listing(target, access);
  const output = openOutput(flags.string("report"), process.cwd(), false, "--report");
  await output.write(
    format === "json" ? [listingJson(target, state)] : listingTables(target, state, output, Date.now()),
  );
  return 0;
}

async function capture(flags: ParsedFlags, address: string, wanted: Exclude<Wanted, "agent">): Promise<number> {
  if (wanted !== "trace") refuse(flags, ["seconds"], `--${wanted}: the server decides`);
  if (wanted === "calls") refuse(flags, OF_FINDINGS, "calls");
  const target = captureTarget(address, flags.string("seconds"), wanted);
  const report = wanted === "calls" ? callReport(flags) : findingsOrCalls(flags);
  return fetchTrace({
    target,
    access: accessOf(accessOptions(flags), target, process.env),
    maxBytes: maxBytesOf(flags),
    path: flags.string("o") ?? defaultName(target, new Date()),
    wait: flags.has("wait"),
    report: flags.has("no-analyze") ? undefined : report,
  });
}

async function watch(flags: ParsedFlags, place: string): Promise<number> {
  refuse(flags, ["seconds", "wait", "no-analyze", "also", "write-baseline", "from", "to"], "--watch");
  const isServer = namesServer(place);
  if (!isServer)
    refuse(flags, [...OF_SERVERS, ...accessFlags.map(({ name }) => name)], "directories: it is for servers");
  const options = watchOptions(flags, isServer);
  const analysis = analysisOptions(flags);
  const server = {
    access: accessOptions(flags),
    directory: flags.string("o"),
    keep: keepOf(flags),
    maxBytes: maxBytesOf(flags),
  };
  const { openWatch } = await import("../watch/open.js");
  return openWatch({
    ...options,
    place,
    analysis,
    webhook: flags.string("webhook"),
    state: flags.string("state"),
    again: flags.has("again"),
    server: isServer ? server : undefined,
  });
}

function maxBytesOf(flags: ParsedFlags): number {
  const max = flags.string("max-size");
  return max === undefined ? MAX_BYTES : parseSize(max, "--max-size");
}

type Report = (path: string) => Promise<number>;

/** Findings; of a URL with calls, though nobody said so, the report of calls with its defaults. */
function findingsOrCalls(flags: ParsedFlags): Report {
  const [options, to] = [analysisOptions(flags), reportOf(flags, "report")];
  return (path) => (traceKindOf(path) === "calls" ? report(["--", path]) : analyze([path], options, to));
}

/** Reports as `gotrace report` does. @throws UserError for an unknown format, before anything is fetched */
function callReport(flags: ParsedFlags): Report {
  const { name, files } = formatOf(flags);
  if (files) {
    const advice = `save the calls with --no-analyze, then: gotrace report --format ${name} -o DIR FILE`;
    throw new UserError(`--format ${name} writes several files`, advice, ExitCode.usage);
  }
  const file = flags.string("report");
  return (path) => report(["--format", name, ...(file === undefined ? [] : ["-o", file]), "--", path]);
}

async function report(words: readonly string[]): Promise<number> {
  return (await import("./report.js")).reportCommand.run(words);
}
