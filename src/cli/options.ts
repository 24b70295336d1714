/** What a command line asked for: its flags as typed values. `flags/` makes them, before anything is built or run. */

import type { Naming } from "../base/names.js";
import type { FilterOptions, SelectOptions } from "../calltree/index.js";

/** Of the invocation. */
export interface SessionOptions {
  /** `-v`. */
  readonly verbose: boolean;
  readonly keepWorkspace: boolean;
  /** `-C`: the directory to change to, as it was given. */
  readonly directory: string | undefined;
}

/** Of the traces that a run writes. */
export interface RecordOptions {
  /** `--save` and `-o`, as they were given. */
  readonly save: string | undefined;
  readonly output: string | undefined;
  /** Bytes that the trace of a process may have; undefined for the runtime's own limit. */
  readonly maxTraceSize: number | undefined;
  /** The trace becomes the last run. */
  readonly keepsLast: boolean;
  readonly keepWorkspace: boolean;
  /** Record an execution trace as well, and save it in this file, where one is named. */
  readonly execTrace: { readonly file: string | undefined } | undefined;
}

/** Of what must hold. */
export interface GateOptions {
  /** Texts of `--assert`. */
  readonly assertions: readonly string[];
  readonly unknownIsOk: boolean;
  /** `-C`, from where the configuration is looked for. */
  readonly directory: string | undefined;
}

export type TableName = "calls" | "functions" | "goroutines" | "processes";

/** Of a report. */
export interface ReportOptions {
  /** `-o` as it was given; undefined for standard output. */
  readonly output: string | undefined;
  readonly verbose: boolean;
  /** Which calls. */
  readonly select: SelectOptions;
  /** The same without `--min`, `--depth` and `--top`, for views that apply these to what they show instead of single calls. */
  readonly selectWithoutLimits: SelectOptions;
  /** How much of the tree, and in which order. */
  readonly tree: FilterOptions;
  /** One line for every call instead of one for equal siblings. */
  readonly unmerged: boolean;
  /** The user said how much to show. */
  readonly asksForLines: boolean;
  /** `--all`. */
  readonly all: boolean;
  /** How text for people shows functions. @param names all that may be shown */
  readonly namingOf: (names: Iterable<string>) => Naming;
  /** Unit of folded stacks. */
  readonly unit: "ns" | "us" | "ms" | "calls";
  /** The most events that a viewer is to get; undefined for what is right for it. */
  readonly events: number | undefined;
  /** The table that was asked for; undefined where none was. */
  readonly table: TableName | undefined;
  readonly goroutineRoots: boolean;
  /** Open a browser for the page that is served. */
  readonly opensBrowser: boolean;
}
