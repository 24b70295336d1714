/** The options of a command: its flags as typed values. `flags/` makes them before anything is built or run. */

import type { diffMeasures, ItemKind } from "../analyses/index.js";
import type { Naming } from "../base/names.js";
import type { callMeasures } from "../callstats/index.js";
import type { SelectOptions, ViewOptions } from "../calltree/index.js";
import type { Span } from "../exectrace/index.js";
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

/** Variables of the traced program's environment that say how much it records; see `gotrace help environment`. */
export type RecorderVariables = {
  readonly [Name in "RING" | "RECORD" | "RECORD_MIN" | "RECORD_DEPTH" | "START" as `GOTRACE_${Name}`]?: string;
};

/** When a traced program copies its ring into files, and where to. */
export interface DumpOptions {
  /** `--dump-dir`, as given. */
  readonly directory: string | undefined;
  /** Variables of the program's environment that the other flags set. */
  readonly variables: {
    readonly [Name in "WHEN" | "EVERY" | "KEEP" | "SIZE" as `GOTRACE_DUMP_${Name}`]?: string;
  };
}

/** Options for recording a run. */
export interface RecordOptions {
  /** `--save`, as given. */
  readonly save: string | undefined;
  /** The limit for the trace of one process, in bytes; undefined for the runtime's default. */
  readonly maxTraceSize: number | undefined;
  /** How much the program records. */
  readonly recorder: RecorderVariables;
  readonly dumps: DumpOptions;
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
  readonly tree: ViewOptions;
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
  /** The functions of `--root`, as typed: their calls are the requests. */
  readonly root: string | undefined;
  /** Open the browser, instead of only printing the address of the page. */
  readonly opensBrowser: boolean;
}

/** A threshold of `--fail-on`: as typed, and its value. */
export interface Limit<T> {
  readonly text: string;
  readonly share: T;
}

/** Formats of CI systems, which show the outcome of assertions and thresholds. */
export const checkFormats = ["github", "junit", "sarif", "markdown"] as const;
export type CheckFormat = (typeof checkFormats)[number];

/** Options for comparing call traces. */
export interface CallDiffOptions {
  /** `-o` as given; undefined or `-` for standard output. */
  readonly output: string | undefined;
  readonly format: "table" | "json" | CheckFormat;
  readonly measure: (typeof callMeasures)[number];
  /** Nanoseconds; undefined without `--min`. */
  readonly min: number | undefined;
  readonly top: number;
  /** Thresholds: a share by which times may grow (0.1 for 10%), or "calls" if call counts must not change. */
  readonly limits: readonly Limit<number | "calls">[];
  readonly byPath: boolean;
  readonly match: RegExp | undefined;
  readonly select: SelectOptions;
  /** The values of `--exec-trace`. */
  readonly apart: readonly string[];
  readonly namingOf: (names: Iterable<string>) => Naming;
}

/** Options for comparing execution traces. */
export interface ExecutionDiffOptions {
  /** `-o` as given; undefined or `-` for standard output. */
  readonly output: string | undefined;
  readonly format: "table" | "json";
  readonly measure: (typeof diffMeasures)[number];
  /** Nanoseconds. */
  readonly min: number;
  readonly top: number;
  readonly limit: Limit<number> | undefined;
  readonly kinds: readonly ItemKind[] | undefined;
  readonly match: RegExp | undefined;
}

/** Gives the part of an execution trace that `--from` and `--to` mean, by when the trace began. @throws UserError when the part is empty */
export type PartOf = (start: bigint | undefined) => Span;
