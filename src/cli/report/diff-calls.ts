/** `gotrace diff` for call traces. */

import { ExitCode, UserError } from "../../base/errors.js";
import { notJudged } from "../../base/evidence.js";
import { matching } from "../../base/names.js";
import {
  type CallDiff,
  callsChanged,
  costBounds,
  diffCalls,
  FunctionItems,
  type FunctionStats,
  grown,
  type HookCost,
  PathItems,
  type RunItems,
  StatsMeter,
  treeStats,
} from "../../callstats/index.js";
import {
  type FunctionInfo,
  processTitle,
  type Recording,
  readRecording,
  type SelectOptions,
} from "../../calltree/index.js";
import { filterNotices, overall } from "../../render/notices.js";
import { callDiffJson, callDiffTable, type Exceeded } from "../../render/numbers/call-diff.js";
import { measureFor } from "../../render/style.js";
import type { CallDiffOptions } from "../options.js";
import { openOutput } from "../output.js";
import { withProgress } from "../progress.js";
import { readerThreads } from "../reader-threads.js";
import { say } from "../say.js";
import { openTraceFiles } from "../snapshot-files.js";
import { openFile, traceFiles } from "../trace-files.js";
import { incomplete } from "./assertions.js";
import type { ExecTraces } from "./exec-traces.js";
import { assertTraces, withStates } from "./reporting.js";
import { walk } from "./visit.js";

/** Default of `--min` for thresholds, in nanoseconds: shorter times vary by more than any threshold. */
const MIN = 1e6;

/**
 * Compares the runs of two sides and writes the result.
 * @param a paths of the runs before the change
 * @param b paths of the runs after it
 * @returns the exit code: 1 when a threshold is exceeded, else 0
 * @throws UserError when a run cannot be read, or lacks calls although there are thresholds
 */
export async function diffCallTraces(
  options: CallDiffOptions,
  a: readonly string[],
  b: readonly string[],
): Promise<number> {
  const { format, measure, min, top, limits } = options;
  const output = openOutput(options.output, process.cwd(), false);
  const apart = await execTracesOf(options.apart, [...a, ...b]);
  const runs = new Runs(options.byPath, options.match, options.select, apart);
  const [before, after] = [await runs.readAll(a), await runs.readAll(b)];
  apart?.close();
  const diff = diffCalls(before, after, (item) => runs.describe(item), { measure, min: min ?? 0 });
  const exceeded = limits.flatMap(({ share }) => exceeding(diff, share, min ?? MIN));
  const shares = limits.flatMap(({ text, share }) => (share === "calls" ? [] : [text]));
  const unjudged = shares.length === 0 || diff.tested ? undefined : notJudged(shares, diff.runs);
  if (unjudged !== undefined && runs.lacking === undefined) say(unjudged);
  const report = { diff, top, exceeded, notJudged: unjudged, costs: runs.costs, notices: runs.notices };
  const naming = options.namingOf(runs.names);
  if (format === "json") await output.write(callDiffJson(report, a, b));
  else if (format === "table") {
    const widthOf = await measureFor(diff.changes.flatMap(({ name, path = [] }) => [name, ...path]));
    await output.write(callDiffTable(report, { ...output, widthOf, naming }));
  } else {
    const { changeChecks } = await import("../../render/numbers/change-checks.js");
    const { renderChecks } = await import("./checks.js");
    const texts = limits.map(({ text }) => text);
    const checks = changeChecks(report, texts, (name) => runs.places.get(name), naming);
    const name = `${a.join(", ")} and ${b.join(", ")}`;
    await output.write(renderChecks(format, checks, { name, time: 0 }, process.cwd()));
  }
  if (exceeded.length > 0) return 1;
  if (limits.length > 0 && runs.lacking !== undefined) {
    throw new UserError(
      `--fail-on cannot judge a trace that lacks calls: ${runs.lacking}`,
      "record it again, with a larger --max-trace-size if that limit was reached",
      ExitCode.trouble,
    );
  }
  return 0;
}

/** Finds the processes of execution traces that were recorded apart. @param paths those of all runs */
async function execTracesOf(apart: readonly string[], paths: readonly string[]): Promise<ExecTraces | undefined> {
  if (apart.length === 0) return undefined;
  const { ExecTraces } = await import("./exec-traces.js");
  const files = traceFiles(paths).map(openFile);
  try {
    return await ExecTraces.assign(apart, files, () => undefined);
  } finally {
    for (const file of files) file.close();
  }
}

/** Reads runs one at a time, so that only one is in memory. An item (function or call path) has one number in all runs. */
class Runs {
  /** An upper bound of what tracing adds to a call, for each process. */
  readonly costs: (HookCost | undefined)[] = [];
  /** How complete each run is. */
  readonly notices: string[] = [];
  /** The first run that lacks calls, and why. */
  lacking: string | undefined;
  /** The names of all functions in all runs. */
  readonly names = new Set<string>();
  /** The source positions of functions, by name, from the last run that was read. */
  readonly places = new Map<string, FunctionInfo>();
  private readonly functions = new FunctionItems();
  private readonly paths = new PathItems();

  constructor(
    private readonly byPath: boolean,
    private readonly match: RegExp | undefined,
    private readonly select: SelectOptions,
    private readonly apart: ExecTraces | undefined,
  ) {}

  async readAll(paths: readonly string[]): Promise<RunItems[]> {
    const items: RunItems[] = [];
    for (const path of paths) items.push(await this.read(path));
    return items;
  }

  /** Reads a run and counts its items. @throws UserError that names the file when it cannot be read */
  private async read(path: string): Promise<RunItems> {
    const files = await openTraceFiles([path], (line) => say(`${path}: ${line}`));
    try {
      const sources = assertTraces(files, [path]).map((file) => (this.apart?.joinTo(file) ?? file).source);
      const plain = withProgress(`reading ${path}`, (progress) =>
        readRecording(sources, { select: this.select, progress, threads: readerThreads() }),
      );
      const recording = await withStates(plain, (text) => say(`${path}: ${text}`));
      this.note(path, recording);
      return this.items(recording);
    } finally {
      for (const file of files) file.close();
    }
  }

  /** The name (and path, if paths are compared) of an item. */
  describe(item: number): ReturnType<PathItems["describe"]> | ReturnType<FunctionItems["describe"]> {
    return this.byPath ? this.paths.describe(item) : this.functions.describe(item);
  }

  private items(recording: Recording): RunItems {
    const { forest } = recording;
    const { match } = this;
    const names = forest.functions.map(({ name }) => name);
    for (const name of names) this.names.add(name);
    for (const place of forest.functions) this.places.set(place.name, place);
    const kept = matching(names, (name) => match?.test(name) ?? true);
    if (this.byPath) {
      return this.paths.items(forest, (process, node) => kept[forest.processes[process].tree.func[node]]);
    }
    const keep = new Set(names.filter((_, func) => kept[func]));
    return this.functions.items(rowsOf(recording), (name) => keep.has(name));
  }

  private note(path: string, recording: Recording): void {
    this.costs.push(...costBounds(recording.forest));
    const reason = incomplete(recording);
    if (reason !== undefined) this.lacking ??= `${path}: ${reason}`;
    const lines = [...overall(recording.forest, processTitle), ...filterNotices(recording)];
    // The report has a separate line for the cost of tracing.
    const remarks = lines.filter(
      ({ serious, about }) => !serious && (about === undefined || (about === "paths" && this.byPath)),
    );
    this.notices.push(`${path}: ${remarks.map(({ text }) => text).join("; ")}`);
    for (const { text, serious } of lines) if (serious) this.notices.push(`${path}: ${text}`);
    const { problem } = recording.forest;
    if (problem) this.notices.push(`${path}: damaged at offset ${problem.offset}: ${problem.message}`);
  }
}

/** The sums of all functions. */
function rowsOf(recording: Recording): readonly FunctionStats[] {
  const known = recording.isWhole ? treeStats(recording.forest, { spread: false }) : undefined;
  if (known !== undefined) return known;
  const meter = new StatsMeter(recording.forest, { spread: false });
  walk(recording, meter.visitor);
  return meter.rows();
}

/** The changes beyond a threshold. @param min nanoseconds; shorter times are ignored */
function exceeding({ changes }: CallDiff, limit: number | "calls", min: number): Exceeded[] {
  if (limit === "calls") return changes.filter(callsChanged).map((change) => ({ change, measure: "calls" }));
  return changes.flatMap((change) => grown(change, limit, min).map((measure) => ({ change, measure })));
}
