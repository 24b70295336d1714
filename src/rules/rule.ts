/** What a rule is: its texts, its thresholds, and how it watches a trace. */
import type { GoroutineInfo, Interval, Range } from "../analyses/index.js";
import type { Quantity } from "../base/quantity.js";
import type { Frame, StackTable, TraceEvent } from "../exectrace/index.js";
import type { Severity, Unit } from "./finding.js";
import type { UserFrames } from "./user-frames.js";

/** A number that a rule compares with. */
interface Threshold {
  /** The default. */
  readonly value: number;
  readonly unit: Quantity;
  /** What is compared, one line. */
  readonly meaning: string;
}

/** Thresholds by name. */
export type Limits<Name extends string = string> = Readonly<Record<Name | "warn" | "error", number>>;

/** One rule. Its page in docs/rules says the same. */
export interface Rule<Name extends string = string> {
  /** As configuration and reports call it: `MutexContention`. */
  readonly name: string;
  /** What is wrong where it fires, a few words. */
  readonly title: string;
  /** What exactly is measured. */
  readonly measures: string;
  /** Every rule has `warn` and `error`; the others say whether something counts at all. */
  readonly thresholds: Readonly<Record<Name, Threshold>> & { readonly warn: Threshold; readonly error: Threshold };
  /** Why the defaults are what they are. */
  readonly reason: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do, one line for reports. */
  readonly suggestion: string;
  /** What to do, at length. */
  readonly actions: readonly string[];
  /** How the rule can be wrong. */
  readonly caveats: readonly string[];
  /**
   * Subscribes to the trace.
   * @returns what to call at its end
   */
  readonly start: (watch: Watch, limits: Limits<Name>) => () => Iterable<Draft>;
}

/** A rule whose thresholds' names are checked where it uses them. */
export function defineRule<const Name extends string>(rule: Rule<Name>): Rule {
  return rule as unknown as Rule;
}

/** The trace as rules see it. Objects handed to callbacks are filled again: copy what is kept. */
export interface Watch {
  readonly stacks: StackTable;
  readonly sites: UserFrames;
  /** Nanoseconds since the trace's start of the latest event. */
  readonly now: number;
  /** GOMAXPROCS now; 1 when the trace does not tell. */
  readonly procs: number;
  /** Goroutines that live now. */
  readonly alive: number;
  /** A living goroutine. */
  readonly goroutine: (id: number) => GoroutineInfo | undefined;
  /** Intervals of one Activity, at their end. */
  readonly onInterval: (activity: number, f: (i: Interval, g: GoroutineInfo) => void) => void;
  readonly onGoroutineBegin: (f: (g: GoroutineInfo) => void) => void;
  readonly onGoroutineEnd: (f: (g: GoroutineInfo) => void) => void;
  /** Ranges of one name (RangeName), at their end. */
  readonly onRange: (name: string, f: (r: Range) => void) => void;
  readonly onRangeBegin: (name: string, f: (r: Range) => void) => void;
  /** Goroutines that change their state, after all of the above have seen it. A goroutine's slot holds until its end. */
  readonly onTransition: (f: (e: TraceEvent, g: GoroutineInfo) => void) => void;
  /** Events of one kind (EventKind), after all of the above have seen it. */
  readonly onEvent: (kind: number, f: (e: TraceEvent) => void) => void;
}

/** One occurrence: when, who and where. Stacks are numbers of the trace. */
export interface Occurrence {
  readonly time: number;
  readonly duration: number;
  readonly goroutine?: number | undefined;
  readonly goroutineFunction?: string | undefined;
  readonly proc?: number | undefined;
  readonly stack?: number;
  /** The user's frame, where it is not simply that of the stack; null: there is none to name. */
  readonly site?: Frame | null | undefined;
  /** NONE: not a goroutine but, for instance, a timer. */
  readonly waker?: number;
  readonly wakerStack?: number;
  readonly wakerFunction?: string | undefined;
  readonly atLeast?: boolean;
}

/** What a rule says at the end; the engine makes a Finding of it. */
export interface Draft {
  /** Tells the findings of a rule apart: no line, no number, the same from run to run. */
  readonly key: string;
  readonly severity: Severity;
  /** How many times the threshold for a warning: orders findings. */
  readonly excess: number;
  readonly message: string;
  readonly count: number;
  readonly worst: number;
  readonly total: number;
  readonly unit: Unit;
  readonly occurrence: Occurrence;
}

/** Where a value stands; undefined below the threshold for a warning. */
export function severityOf(value: number, limits: Limits): "warn" | "error" | undefined {
  if (!(value >= limits.warn)) return undefined;
  return value >= limits.error ? "error" : "warn";
}

/** Whether a goroutine belongs to the runtime or to the recording, and not to the program. */
export function isBackground(g: GoroutineInfo): boolean {
  if (g.system) return true;
  const name = g.startFunction;
  return name.startsWith("runtime/") && (name.startsWith("runtime/trace.") || name.startsWith("runtime/pprof."));
}

/** Ranges in which the world stands still because of the recording itself. */
export function isOfRecording(detail: string): boolean {
  return detail === "start trace" || detail === "stop trace";
}
