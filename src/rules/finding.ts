/** What the analysis of an execution trace says: findings, budgets, and the trace they are about. */
import type { Quantity } from "../base/quantity.js";
import type { Frame } from "../exectrace/index.js";

/** From harmless to bad. */
export const severities = ["info", "warn", "error"] as const;
export type Severity = (typeof severities)[number];

/** In the order in which people get to see them. */
export const worstFirst: readonly Severity[] = [...severities].reverse();

/** What people read for a severity. */
export const severityNames: Readonly<Record<Severity, string>> = { error: "error", warn: "warning", info: "info" };

/** From which severity on a command fails. */
export const failOnLevels = ["warn", "error", "never"] as const;
export type FailOn = (typeof failOnLevels)[number];

/** What `worst` and `total` of a finding count. */
export type Unit = Exclude<Quantity, "bytes/s">;

/** All occurrences of one rule at one place of the program. */
export interface Finding {
  /** Name of the rule, `MutexContention`. */
  readonly rule: string;
  /** Of the worst occurrence. */
  readonly severity: Severity;
  /** The rule's title. */
  readonly title: string;
  /** What happened, one line with numbers. */
  readonly message: string;
  /** What to do about it. */
  readonly suggestion: string;
  /** The command that explains the rule: `gotrace explain MutexContention`. */
  readonly docs: string;
  /** Where the worst occurrence begins, in nanoseconds since the trace's start. */
  readonly time: number;
  /** The same in nanoseconds since 1970, where the trace knows it (Go 1.25 and later). */
  readonly wall?: bigint;
  readonly goroutine?: number;
  /** The function that the goroutine started in. */
  readonly goroutineFunction?: string;
  readonly proc?: number;
  /** Where the goroutine was that waited (ran, allocated, …), leaf first; empty where it has none. */
  readonly stack: readonly Frame[];
  /** Who ended the wait, and where. */
  readonly waker?: { readonly goroutine: number; readonly function: string; readonly stack: readonly Frame[] };
  /** First frame of the user's own code: outside of the standard library, or under the given module. */
  readonly site?: Frame;
  /** Number of occurrences at or above the threshold. */
  readonly count: number;
  /** The largest occurrence, in `unit`. */
  readonly worst: number;
  /** Sum of the occurrences, in `unit`; for rules about the whole trace the same as `worst`. */
  readonly total: number;
  readonly unit: Unit;
  /** Nanoseconds of the worst occurrence, which is [time, time + duration]; 0 where it has none. */
  readonly duration: number;
  /** The worst occurrence was cut by the trace's edge: it may have been longer. */
  readonly atLeast: boolean;
  /** Stable hexadecimal name over the rule, the site's function and its file's name: no line, no number. */
  readonly fingerprint: string;
}

/** A budget and how it was kept. */
export interface BudgetResult {
  /** As given, `sched.p99 < 2ms`. */
  readonly expression: string;
  /** In `unit`; NaN when the trace holds nothing to measure: the budget is broken then, unless it says `if any`. */
  readonly actual: number;
  readonly limit: number;
  readonly unit: Unit;
  readonly ok: boolean;
}

/** The result of one trace. */
export interface TraceReport {
  readonly path: string;
  /** Bytes of the file. */
  readonly bytes: number;
  /** `1.26`; `1.23 or 1.24`, which write the same header. */
  readonly goVersion: string;
  /** Start of the trace in nanoseconds since 1970, where the trace knows it (Go 1.25 and later). */
  readonly start?: bigint;
  /** Nanoseconds from the first event to the last. */
  readonly duration: number;
  /** The part of the trace that was looked at, nanoseconds since its begin; undefined: all of it. */
  readonly part?: { readonly from: number; readonly to: number };
  readonly events: number;
  /** Goroutines that the trace names. */
  readonly goroutines: number;
  /** The largest value in the trace. */
  readonly gomaxprocs?: number;
  /** Worst first. `hidden` ones are not among them, nor those of the baseline. */
  readonly findings: readonly Finding[];
  /** Findings that the baseline knows. */
  readonly suppressed: number;
  /** Findings beyond `top` or below the severity asked for. */
  readonly hidden: number;
  readonly budgets: readonly BudgetResult[];
  /** What is missing of a file that was cut off. */
  readonly warning?: string;
}

/** How many findings of a severity there are. */
export function countOf({ findings }: { readonly findings: readonly Pick<Finding, "severity">[] }, severity: Severity) {
  return findings.filter((finding) => finding.severity === severity).length;
}
