/** `gotrace summary`: shows what is in an execution trace of the Go runtime, without applying rules. */
import { existsSync, statSync } from "node:fs";
import {
  type LocateTarget,
  Locator,
  type Selection,
  type SortColumn,
  Summarizer,
  sortColumns,
  sortedBy,
  type TraceSummary,
} from "../../analyses/index.js";
import { ExitCode, UserError } from "../../base/errors.js";
import { formatNumberOf } from "../../base/units.js";
import { PartReader } from "../../exectrace/index.js";
import { measureFor } from "../../render/style.js";
import { type FoundTraces, foundTable } from "../../render/trace/found.js";
import { summaryTables, type TraceFile } from "../../render/trace/summary.js";
import { typedJson } from "../../render/typed-json.js";
import { bestOf, findLog, type Search } from "../analyze/find-log.js";
import { readTrace, warningOf, withGrepExitCodes } from "../analyze/read-exec-trace.js";
import { type Command, commandHelp } from "../command.js";
import { type ParsedFlags, parseFlags } from "../flags/parse.js";
import { partFlags, partOf } from "../flags/part.js";
import { helpFlag, outputFlag } from "../flags/tables.js";
import { choice, number } from "../flags/values.js";
import type { PartOf } from "../options.js";
import { type Output, openOutput, refuseInput } from "../output.js";
import { say } from "../say.js";

export const summaryCommand: Command = {
  name: "summary",
  usage: "summary [flags] TRACE|DIR…",
  description: `Shows what an execution trace of the Go runtime says (Go 1.22 and later; '-' is standard input): where the time of
goroutines goes, where they wait and what unblocks them, how long they wait for a P, what the collector costs, tasks
and regions. With --task, --goroutine or --log it shows this for one request, and its critical path. With --log, several
traces and directories of them are searched: it says which have the log, and shows the trace that has all of the
request, or else most of it.

Exit codes: 0, or 2 for an unreadable trace or bad arguments.`,
  flags: [
    { name: "format", value: "FORMAT", help: "table (default) or json" },
    { name: "top", value: "N", help: "rows of each table (default 10)" },
    { name: "sort", value: "COLUMN", help: `${sortColumns.slice(0, -1).join(", ")} or name (default total)` },
    { name: "task", value: "ID|TYPE", help: "only this task, or the longest one of a type (and a list of the others)" },
    { name: "goroutine", value: "ID", help: "only this goroutine" },
    {
      name: "log",
      value: "KEY=VALUE",
      help: "only tasks with this user log, for instance a trace id; a VALUE alone is enough",
    },
    ...partFlags,
    outputFlag,
    helpFlag,
  ],
  examples: [
    "gotrace summary trace.out",
    "gotrace summary --task request trace.out",
    "gotrace summary --log trace_id=4bf92f3577b34da6a3ce929d0e0e4736 --format json trace.out",
    "gotrace summary --log trace_id=4bf92f3577b34da6a3ce929d0e0e4736 /var/lib/app/traces",
  ],
  run: (words) => withGrepExitCodes(() => run(words)),
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("summary", summaryCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(summaryCommand));
    return 0;
  }
  const paths = flags.rest;
  const target = targetOf(flags);
  const searches = target?.kind === "log" && (paths.length > 1 || isDirectory(paths[0]));
  if (!searches) requireOne(paths);
  const window = partOf(flags);
  if (target && window) {
    throw new UserError(
      `--${target.kind.split(" ")[0]} cannot be combined with --from and --to`,
      "leave --from and --to out",
      ExitCode.trouble,
    );
  }
  const options: Options = {
    format: choice(flags, "format", ["table", "json"]),
    top: number(flags, "top", 10, 1),
    sort: choice(flags, "sort", sortColumns),
    window,
  };
  refuseInput(flags.string("o"), process.cwd(), paths);
  const output = openOutput(flags.string("o"), process.cwd(), false);
  if (searches) return showBest(findLog(paths, target.filter), target.filter, options, output);
  const [path] = paths;
  await output.write(await report(summarize(path, target && select(path, target), options), options, output));
  return 0;
}

interface Options {
  readonly format: "table" | "json";
  readonly top: number;
  readonly sort: SortColumn;
  readonly window: PartOf | undefined;
}

function isDirectory(path: string | undefined): boolean {
  return path !== undefined && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @throws UserError unless it is one trace */
function requireOne(paths: readonly string[]): void {
  if (paths.length === 1 && !isDirectory(paths[0])) return;
  const what = paths.length === 0 ? "no trace given" : paths.length > 1 ? "more than one trace given" : undefined;
  throw new UserError(
    what ?? `${paths[0]} is a directory`,
    "name one execution trace: gotrace summary trace.out; --log searches several, and directories",
    ExitCode.trouble,
  );
}

/** The summary of a trace, and of what it is. */
interface Summarized {
  readonly file: TraceFile;
  readonly summary: TraceSummary;
}

function summarize(path: string, selection: Selection | undefined, { top, sort, window }: Options): Summarized {
  const { sink, reader } = readTrace(path, (trace) => new Summarizer(trace, selection), window);
  // The first rows by another column may be the last by total: keep them all until they are sorted.
  const all = sink.finish(sort === "total" ? top : Number.POSITIVE_INFINITY);
  const { blocking, ...rest } = sortedBy(all, sort);
  const summary = { ...rest, blocking: { ...blocking, sites: blocking.sites.slice(0, top) } };
  const span = reader instanceof PartReader ? reader.span : undefined;
  const part = span && { from: span.from, to: span.from + summary.duration };
  return { file: { path, warning: warningOf(reader), part }, summary };
}

/** @param search where the trace was found, if it was searched for */
async function report(
  { file, summary }: Summarized,
  { format, top }: Options,
  output: Output,
  search?: FoundTraces,
): Promise<Iterable<string>> {
  const { path, warning, part } = file;
  if (format === "json") return [typedJson({ path, warning, part, search, ...summary })];
  const names = [
    path,
    ...(search?.found.map((each) => each.path) ?? []),
    ...summary.goroutines.map((group) => group.function),
    ...summary.tasks.flatMap((task) => task.type ?? []),
  ];
  const widthOf = await measureFor([...names, ...summary.regions.map((region) => region.type)]);
  const style = { ...output, widthOf, top };
  return (function* () {
    if (search) yield* foundTable(search, style);
    yield* summaryTables(file, summary, style);
  })();
}

/** Shows which traces have a log, and the request in the best of them. A snapshot may be rotated away meanwhile. */
async function showBest(search: Search, log: string, options: Options, output: Output): Promise<number> {
  const unreadable = [...search.unreadable];
  for (let found = search.found; found.length > 0; ) {
    const best = bestOf(found)!;
    try {
      const shown = summarize(best.path, best.selection, options);
      const traces = found.map(({ path, warning, selection: { begin, end, complete } }) => {
        return { path, begin, end, complete, warning };
      });
      const { searched } = search;
      await output.write(await report(shown, options, output, { log, searched, found: traces, unreadable }));
      return 0;
    } catch (error) {
      if (existsSync(best.path)) throw error;
      unreadable.push({ path: best.path, reason: "it was removed while it was read" });
      found = found.filter((each) => each !== best);
    }
  }
  for (const { path, reason } of unreadable) say(`${path} is not searched: ${reason}`);
  throw new UserError(
    `none of ${formatNumberOf(search.searched, "trace")} has a log ${JSON.stringify(log)}`,
    "'gotrace summary TRACE' shows which logs a trace has; a snapshot only has the last seconds before it",
    ExitCode.trouble,
  );
}

function targetOf(flags: ParsedFlags): LocateTarget | undefined {
  const given = ["task", "goroutine", "log"].filter((flag) => flags.has(flag));
  if (given.length > 1) {
    throw new UserError(`--${given.join(" and --")} cannot be combined`, "choose one of them", ExitCode.trouble);
  }
  const task = flags.string("task");
  if (task !== undefined)
    return /^\d+$/.test(task) ? { kind: "task", id: Number(task) } : { kind: "task type", type: task };
  const filter = flags.string("log");
  if (filter !== undefined) return { kind: "log", filter };
  return flags.has("goroutine") ? { kind: "goroutine", id: number(flags, "goroutine", 0, 0) } : undefined;
}

/** The first of two passes: finds the request. @throws UserError when the trace does not contain it */
function select(path: string, target: LocateTarget): Selection {
  if (path === "-") {
    throw new UserError(
      "standard input can be read only once",
      "save it in a file: --task, --goroutine and --log read a trace twice",
      ExitCode.trouble,
    );
  }
  const { sink } = readTrace(path, (reader) => new Locator(reader, target));
  sink.finish();
  const selection = sink.result();
  if (!selection) {
    const what = describe(target);
    throw new UserError(
      `${path} has no ${what}`,
      "see 'gotrace summary --format json' for what it has",
      ExitCode.trouble,
    );
  }
  return selection;
}

function describe(target: LocateTarget): string {
  switch (target.kind) {
    case "goroutine":
    case "task":
      return `${target.kind} ${target.id}`;
    case "task type":
      return `task of type ${JSON.stringify(target.type)}`;
    case "log":
      return `log ${JSON.stringify(target.filter)}`;
  }
}
