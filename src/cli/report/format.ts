/** What a format of reports on calls is, and what it is given. */

import type { Naming } from "../../base/names.js";
import type { ProcessTree, Recording } from "../../calltree/index.js";
import type { Notice } from "../../render/notices.js";
import type { ReportOptions } from "../options.js";
import type { NamedPieces, Output, Pieces } from "../output.js";
import type { RunNote } from "../run/run-directory.js";
import type { Session } from "../session.js";

/** What a format may ask for beyond the recording. */
export interface FormatContext {
  readonly session: Session;
  readonly options: ReportOptions;
  readonly output: Output;
  /** How processes are called: test binaries by their package. */
  readonly title: (process: ProcessTree) => string;
  /** How text for people shows functions. */
  readonly naming: Naming;
  /** Whether there is a test binary among the processes. */
  readonly tests: boolean;
  /** What gotrace noted of the run. */
  readonly note: RunNote | undefined;
  /** Execution traces that were named beside the traces of calls. */
  readonly execTraces: readonly string[];
  /** How complete the report is, a line each: for formats that have a place for it. A format adds what it leaves out. */
  readonly notices: Notice[];
}

export interface Format {
  readonly name: string;
  /** Text for people: it follows the program's own output, and says nothing where nothing was recorded. */
  readonly forPeople?: boolean;
  /** No text: nothing for a terminal. */
  readonly binary?: boolean;
  /** Says itself, in what it writes, how complete it is; for the others standard error does. */
  readonly carriesNotices?: boolean;
  /** Shows the report elsewhere than on an output: the program's standard output stays its own. */
  readonly interactive?: boolean;
  /** Shows unmerged trees (--no-merge); nothing can be walked then. */
  readonly unmerged?: boolean;
  /** Applies --min, --depth and --top itself, to what it shows instead of single calls. */
  readonly handlesLimits?: boolean;
  /** Of the flags that only some formats know, those that it knows. */
  readonly flags?: readonly (typeof FORMAT_FLAGS)[number][];
  /** Shows findings as well: execution traces may stand beside the traces of calls. */
  readonly findings?: boolean;
  /** Shows what became of assertions instead of calls, in this format of CI systems. */
  readonly checks?: CheckFormat;
  /** For a report that people read: commands that show more of the same traces. */
  readonly next?: readonly string[];
  /** The report in pieces. */
  readonly render: (recording: Recording, context: FormatContext) => Promise<Pieces>;
  /** The report as files of a directory: what is written where no --table is chosen. */
  readonly files?: (recording: Recording, context: FormatContext) => Promise<readonly NamedPieces[]>;
}

/** Formats of CI systems, which show what became of assertions and thresholds. */
export const checkFormats = ["github", "junit", "sarif", "markdown"] as const;
export type CheckFormat = (typeof checkFormats)[number];

/** Flags that only some formats know. */
export const FORMAT_FLAGS = ["min-percent", "events", "table", "goroutine-roots", "full-names", "all"] as const;
