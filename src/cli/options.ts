/** The options of a command: its flags as typed values. `flags/` makes them before anything is built or run. */

import type { Naming } from "../base/names.js";
import type { FilterOptions, SelectOptions } from "../calltree/index.js";
import type { TableName } from "../export/tables/names.js";

/** Options of the invocation. */
export interface SessionOptions {
  /** `-v`. */
  readonly verbose: boolean;
  /** `--keep-workspace`. */
  readonly keepWorkspace: boolean;
  /** `-C`: the directory to change to, as given. */
  readonly directory: string | undefined;
}

/** Options for recording a run. */
export interface RecordOptions {
  /** `--save`, as given. */
  readonly save: string | undefined;
  /** The limit for the trace of one process, in bytes; undefined for the runtime's default. */
  readonly maxTraceSize: number | undefined;
  /** Keep the trace as the last run. */
  readonly keepsLast: boolean;
  /** Put the execution trace of each process into its call trace. */
  readonly states: boolean;
  /** Also record an execution trace, and save it in `file` if that is set. */
  readonly execTrace: { readonly file: string | undefined } | undefined;
}

/** Options for checking assertions. */
export interface GateOptions {
  /** The values of `--assert`. */
  readonly assertions: readonly string[];
  /** An assertion may name a function or test that does not exist. */
  readonly unknownIsOk: boolean;
  /** `-C`: the search for the configuration starts there. */
  readonly directory: string | undefined;
}

/** Options of a report. */
export interface ReportOptions {
  /** `-o` as given; undefined or `-` for standard output. */
  readonly output: string | undefined;
  /** Which calls to show. */
  readonly select: SelectOptions;
  /** The same without `--min`, `--depth` and `--top`, for views that apply these to totals and not to single calls. */
  readonly selectWithoutLimits: SelectOptions;
  /** How much of the tree to show, and in which order. */
  readonly tree: FilterOptions;
  /** One line for every call instead of one for equal siblings. */
  readonly unmerged: boolean;
  /** A flag says how much to show, so the default limit of lines does not apply. */
  readonly asksForLines: boolean;
  /** Show the whole tree: nothing is shortened, and goroutines that wait for work are sorted among the others. */
  readonly all: boolean;
  /** Makes the function that shortens names in text for people. @param names all names that may be shown */
  readonly namingOf: (names: Iterable<string>) => Naming;
  /** Unit of folded stacks. */
  readonly unit: "ns" | "us" | "ms" | "calls";
  /** The states whose times to measure by, indices into STATES in ascending order; undefined for all time. */
  readonly by: readonly number[] | undefined;
  /** The maximum number of events to give to a viewer; undefined for that viewer's default. */
  readonly events: number | undefined;
  /** The table of `--table`; undefined without that flag. */
  readonly table: TableName | undefined;
  readonly goroutineRoots: boolean;
  /** Open the browser, instead of only printing the address of the page. */
  readonly opensBrowser: boolean;
}
