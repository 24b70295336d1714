/** `gotrace diff`: execution traces before and after a change. */
import { diffMeasures, diffTraces, exceeding, Summarizer, type TraceSummary } from "../../analyses/index.js";
import { ExitCode, UserError } from "../../base/errors.js";
import { measureFor } from "../../render/style.js";
import { diffTable } from "../../render/trace-diff.js";
import { typedJson } from "../../render/typed-json.js";
import { type Command, commandHelp } from "../command.js";
import { type ParsedFlags, parseFlags } from "../flags.js";
import { choice, duration, helpFlag, number, outputFlag } from "../options.js";
import { openOutput } from "../output.js";
import { readTrace, warningOf, withTrouble } from "../traces.js";

export const diffCommand: Command = {
  name: "diff",
  usage: "diff [flags] A B",
  description: `Compares execution traces of the Go runtime: tasks, regions, start functions of goroutines, and states such as
running, runnable and each reason to wait, matched by name, the largest change first. Several runs a side (--a and --b,
repeated) are averaged, and the Mann-Whitney U test tells change from chance.

Exit codes: 0, 1 when --fail-on was exceeded, 2 for an unreadable trace or bad arguments.`,
  flags: [
    { name: "a", value: "TRACE", repeats: true, help: "a run before (repeat or separate by commas)" },
    { name: "b", value: "TRACE", repeats: true, help: "a run after" },
    { name: "by", value: "MEASURE", help: "what to compare: total (default), mean, p50, p99 or count" },
    { name: "fail-on", value: "PERCENT", help: "exit with 1 when something grew by more, for instance 10%" },
    { name: "min", value: "DURATION", help: "leave out what took less in total on both sides (default 1ms)" },
    { name: "top", value: "N", help: "rows of the table (default 20)" },
    { name: "format", value: "FORMAT", help: "table (default) or json" },
    outputFlag,
    helpFlag,
  ],
  examples: [
    "gotrace diff before.trace after.trace",
    "gotrace diff --a a1,a2,a3,a4 --b b1,b2,b3,b4 --by p99 --fail-on 10%",
  ],
  run: (words) => withTrouble(() => run(words)),
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("diff", diffCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(diffCommand));
    return 0;
  }
  const { a, b } = sides(flags);
  const format = choice(flags, "format", ["table", "json"]);
  const options = {
    measure: choice(flags, "by", [diffMeasures[0], ...diffMeasures.slice(1)]),
    min: duration(flags, "min", 1e6),
  };
  const top = number(flags, "top", 20, 1);
  const limit = failOn(flags.string("fail-on"));
  const output = openOutput(flags.string("o"), process.cwd(), false);
  const diff = diffTraces(a.map(summarize), b.map(summarize), options);
  const failed = limit === undefined ? [] : exceeding(diff, limit);
  if (format === "json") await output.write([typedJson({ a, b, ...diff, exceeded: failed })]);
  else {
    const widthOf = await measureFor(diff.changes.map((change) => change.name));
    await output.write(diffTable(diff, failed, { ...output, widthOf, top }));
  }
  return failed.length > 0 ? 1 : 0;
}

function sides(flags: ParsedFlags): { a: string[]; b: string[] } {
  const [a, b] = [flags.list("a"), flags.list("b")];
  const { rest } = flags;
  if (a.length > 0 && b.length > 0 && rest.length === 0) return { a, b };
  if (a.length === 0 && b.length === 0 && rest.length === 2) return { a: [rest[0]!], b: [rest[1]!] };
  throw new UserError(
    "two sides are needed",
    "name two traces: gotrace diff A B; or several for each side: gotrace diff --a A1,A2 --b B1,B2",
    ExitCode.trouble,
  );
}

function summarize(path: string): TraceSummary {
  try {
    const { sink, reader } = readTrace(path, (trace) => new Summarizer(trace));
    const warning = warningOf(reader);
    if (warning) process.stderr.write(`gotrace: ${path}: ${warning}\n`);
    return sink.finish(0);
  } catch (error) {
    if (!(error instanceof UserError) || error.message.includes(path)) throw error;
    throw new UserError(`${path}: ${error.message}`, error.advice, error.code);
  }
}

function failOn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text.trim());
  if (match) return Number(match[1]) / 100;
  throw new UserError(`--fail-on: ${JSON.stringify(text)} is not valid`, "use a share such as 10%", ExitCode.trouble);
}
