/**
 * The interface of a rule: its texts and thresholds, the Watch through which it sees a trace, and the drafts of
 * findings that it returns.
 */
import type { GoroutineInfo, Interval, Range } from "../analyses/index.js";
import type { Quantity } from "../base/quantity.js";
import type { Frame, StackTable, TraceEvent } from "../exectrace/index.js";
import type { Severity, Unit } from "./finding.js";
import type { UserFrames } from "./user-frames.js";

/** A threshold of a rule. */
interface Threshold {
  /** The default. */
  readonly value: number;
  readonly unit: Quantity;
  /** What is compared, one line. */
  readonly meaning: string;
}

/** Values of thresholds by name. */
export type Limits<Name extends string = string> = Readonly<Record<Name | "warn" | "error", number>>;

/** One rule. Its page in docs/rules is made from these texts. */
export interface Rule<Name extends string = string> {
  /** Name in configuration and reports: `MutexContention`. */
  readonly name: string;
  /** What is wrong when it fires, in a few words. */
  readonly title: string;
  /** What exactly is measured. */
  readonly measures: string;
  /** Every rule has `warn` and `error`; further thresholds decide whether something counts at all. */
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
   *
   * @returns a function to call at the end of the trace, which returns the findings
   */
  readonly start: (watch: Watch, limits: Limits<Name>) => () => Iterable<Draft>;
}

/** Defines a rule; makes the compiler check the names of thresholds in `start`. */
export function defineRule<const Name extends string>(rule: Rule<Name>): Rule {
  return rule as unknown as Rule;
}

/** The view of a trace that rules get. Objects passed to callbacks are reused: copy what you keep. */
export interface Watch {
  readonly stacks: StackTable;
  readonly userFrames: UserFrames;
  /** Time of the latest event, in nanoseconds since the trace's start. */
  readonly now: number;
  /** Current GOMAXPROCS; 1 if the trace does not report it. */
  readonly procs: number;
  /** Number of live goroutines. */
  readonly alive: number;
  /** The live goroutine with an id, if there is one. */
  readonly goroutine: (id: number) => GoroutineInfo | undefined;
  /** Subscribes to the intervals of one Activity, each at its end. */
  readonly onInterval: (activity: number, f: (i: Interval, g: GoroutineInfo) => void) => void;
  readonly onGoroutineBegin: (f: (g: GoroutineInfo) => void) => void;
  readonly onGoroutineEnd: (f: (g: GoroutineInfo) => void) => void;
  /** Subscribes to the ranges with one name (RangeName), each at its end. */
  readonly onRange: (name: string, f: (r: Range) => void) => void;
  readonly onRangeBegin: (name: string, f: (r: Range) => void) => void;
  /**
   * Subscribes to state changes of goroutines, after all of the above have seen them. Slots stay valid until the
   * goroutine ends.
   */
  readonly onTransition: (f: (e: TraceEvent, g: GoroutineInfo) => void) => void;
  /** Subscribes to events of one kind (EventKind), after all of the above have seen them. */
  readonly onEvent: (kind: number, f: (e: TraceEvent) => void) => void;
}

/**
 * One occurrence: when it was, which goroutine, and where. Times in nanoseconds; stacks are indexes into
 * `Watch.stacks`.
 */
export interface Occurrence {
  readonly time: number;
  readonly duration: number;
  readonly goroutine?: number | undefined;
  readonly goroutineFunction?: string | undefined;
  readonly proc?: number | undefined;
  readonly stack?: number;
  /** The user's frame to report; undefined: that of `stack`; null: report none. */
  readonly userFrame?: Frame | null | undefined;
  /** The goroutine that ended the wait; NONE: something else, such as a timer. */
  readonly waker?: number;
  readonly wakerStack?: number;
  readonly wakerFunction?: string | undefined;
  readonly atLeast?: boolean;
}

/** A finding as the rule returns it; analyze.ts completes it to a Finding. */
export interface Draft {
  /** Identifies the finding among those of the rule. Without lines and numbers, so that it is the same in every run. */
  readonly key: string;
  readonly severity: Severity;
  /** How many times the threshold for a warning was reached; findings are sorted by it. */
  readonly excess: number;
  readonly message: string;
  readonly count: number;
  readonly worst: number;
  readonly total: number;
  readonly unit: Unit;
  readonly occurrence: Occurrence;
}

/** The severity of a value; undefined below `warn`. */
export function severityOf(value: number, limits: Limits): "warn" | "error" | undefined {
  if (!(value >= limits.warn)) return undefined;
  return value >= limits.error ? "error" : "warn";
}

/** Whether a goroutine belongs to the runtime or to the recording, not to the program. */
export function isBackground(g: GoroutineInfo): boolean {
  if (g.system) return true;
  const name = g.startFunction;
  return name.startsWith("runtime/") && (name.startsWith("runtime/trace.") || name.startsWith("runtime/pprof."));
}

/** Whether the recording itself stopped the world. @param detail of a stop-the-world range */
export function isOfRecording(detail: string): boolean {
  return detail === "start trace" || detail === "stop trace";
}
