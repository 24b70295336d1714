/** `gotrace summary`: shows what is in an execution trace of the Go runtime, without applying rules. */
import { type LocateTarget, Locator, type Selection, Summarizer, sortColumns, sortedBy } from "../../analyses/index.js";
import { ExitCode, UserError } from "../../base/errors.js";
import { PartReader } from "../../exectrace/index.js";
import { measureFor } from "../../render/style.js";
import { summaryTables } from "../../render/trace/summary.js";
import { typedJson } from "../../render/typed-json.js";
import { readTrace, warningOf, withGrepExitCodes } from "../analyze/read-exec-trace.js";
import { type Command, commandHelp } from "../command.js";
import { type ParsedFlags, parseFlags } from "../flags/parse.js";
import { partFlags, partOf } from "../flags/part.js";
import { helpFlag, outputFlag } from "../flags/tables.js";
import { choice, number } from "../flags/values.js";
import { openOutput, refuseInput } from "../output.js";

export const summaryCommand: Command = {
  name: "summary",
  usage: "summary [flags] TRACE",
  description: `Shows what an execution trace of the Go runtime says (Go 1.22 and later; '-' is standard input): where the time of
goroutines goes, where they wait and what unblocks them, how long they wait for a P, what the collector costs, tasks
and regions. With --task, --goroutine or --log it shows this for one request, and its critical path.

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
  ],
  run: (words) => withGrepExitCodes(() => run(words)),
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("summary", summaryCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(summaryCommand));
    return 0;
  }
  const [path, ...more] = flags.rest;
  if (path === undefined || more.length > 0) {
    const what = path === undefined ? "no trace given" : "more than one trace given";
    throw new UserError(what, "name one execution trace: gotrace summary trace.out", ExitCode.trouble);
  }
  const format = choice(flags, "format", ["table", "json"]);
  const top = number(flags, "top", 10, 1);
  const sort = choice(flags, "sort", sortColumns);
  const target = targetOf(flags);
  const window = partOf(flags);
  if (target && window) {
    throw new UserError(
      `--${target.kind.split(" ")[0]} cannot be combined with --from and --to`,
      "leave --from and --to out",
      ExitCode.trouble,
    );
  }
  refuseInput(flags.string("o"), process.cwd(), [path]);
  const output = openOutput(flags.string("o"), process.cwd(), false);

  const selection = target && select(path, target);
  const { sink, reader } = readTrace(path, (trace) => new Summarizer(trace, selection), window);
  // The first rows by another column may be the last by total: keep them all until they are sorted.
  const all = sink.finish(sort === "total" ? top : Number.POSITIVE_INFINITY);
  const { blocking, ...rest } = sortedBy(all, sort);
  const summary = { ...rest, blocking: { ...blocking, sites: blocking.sites.slice(0, top) } };
  const span = reader instanceof PartReader ? reader.span : undefined;
  const part = span && { from: span.from, to: span.from + summary.duration };
  const warning = warningOf(reader);
  if (format === "json") await output.write([typedJson({ path, warning, part, ...summary })]);
  else {
    const names = [
      path,
      ...summary.goroutines.map((group) => group.function),
      ...summary.tasks.flatMap((task) => task.type ?? []),
    ];
    const widthOf = await measureFor([...names, ...summary.regions.map((region) => region.type)]);
    await output.write(summaryTables({ path, warning, part }, summary, { ...output, widthOf, top }));
  }
  return 0;
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
