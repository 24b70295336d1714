/** The interface of a report format for call traces: what it can do, and what it gets. */

import type { Naming } from "../../base/names.js";
import type { ForestOptions, ProcessTree, Recording } from "../../calltree/index.js";
import type { Notice } from "../../render/notices.js";
import type { CheckFormat, ReportOptions } from "../options.js";
import type { NamedPieces, Output, Pieces } from "../output.js";
import type { RunNote } from "../run/run-directory.js";
import type { Session } from "../session.js";

/** What a format gets in addition to the recording. */
export interface FormatContext {
  readonly session: Session;
  readonly options: ReportOptions;
  readonly output: Output;
  /** Name of a process; for a test binary, its package. */
  readonly title: (process: ProcessTree) => string;
  /** Shortens names of functions in text for people. */
  readonly naming: Naming;
  /** Whether any of the processes is a test binary. */
  readonly tests: boolean;
  /** What gotrace noted about the run in the trace. */
  readonly note: RunNote | undefined;
  /** Paths of execution traces that belong to the call traces. */
  readonly execTraces: readonly string[];
  /** The command that shows a call with this id; undefined where the traces cannot be named. */
  readonly callCommand: ((id: string) => string) | undefined;
  /** Lines about the run, which are among the notices. */
  readonly remarks: readonly string[];
  /** Lines about the completeness of the report. A format shows them if it can, and adds what it leaves out. */
  readonly notices: Notice[];
}

/** A format of reports. */
export interface Format {
  readonly name: string;
  /** Text for people: it follows the program's own output, and is omitted if nothing was recorded. */
  readonly forPeople?: boolean;
  /** Not text for a terminal, which is refused as its output. */
  readonly binary?: boolean;
  /** The output carries its own notices; for other formats they go to standard error. */
  readonly carriesNotices?: boolean;
  /** Shows the report in a browser instead of writing it, so standard output is left to the program. */
  readonly interactive?: boolean;
  /** Shows trees, not single calls: it needs no walk. */
  readonly fromTrees?: boolean;
  /** Wants the durations of calls by function, or requests, beside the trees. */
  readonly collectsDurations?: boolean;
  /** The functions whose calls are requests, as the user named them; by default, handlers are. */
  readonly requestRoot?: string;
  /** Called when traces are to be read: returns what receives each process as it is built. */
  readonly eachTree?: () => NonNullable<ForestOptions["each"]>;
  /** Can show unmerged trees (`--no-merge`), for which single calls cannot be walked. */
  readonly unmerged?: boolean;
  /** Applies `--min`, `--depth` and `--top` itself, to what it shows and not to single calls. */
  readonly handlesLimits?: boolean;
  /** Shows who made whom wait. */
  readonly showsBlame?: boolean;
  /** Shows the states of single calls or of functions, but not those of call paths. */
  readonly singleCalls?: boolean;
  /** Those of {@link FORMAT_FLAGS} that it uses. */
  readonly flags?: readonly (typeof FORMAT_FLAGS)[number][];
  /** Also shows execution traces by themselves, in this format. */
  readonly executions?: ExecutionFormat;
  /** Also shows findings, so execution traces may be named with the call traces. */
  readonly findings?: boolean;
  /** Shows the outcome of assertions instead of calls, in this CI format. */
  readonly checks?: CheckFormat;
  /** Commands to suggest below the report, for the same traces. */
  readonly next?: readonly string[] | ((recording: Recording) => readonly string[]);
  /** The report in pieces. */
  readonly render: (recording: Recording, context: FormatContext) => Promise<Pieces>;
  /** The report as files of a directory, which are written unless `--table` chooses one. */
  readonly files?: (recording: Recording, context: FormatContext) => Promise<readonly NamedPieces[]>;
}

/** Formats for execution traces without calls. */
type ExecutionFormat = "chrome" | "perfetto";

/** Flags that only some formats use. */
export const FORMAT_FLAGS = ["min-percent", "events", "table", "goroutine-roots", "full-names", "all", "by"] as const;
