/** Types of the report of `gotrace analyze` on one trace: findings, budgets, and facts about the trace. */
import type { Trigger } from "../analyses/index.js";
import type { Quantity } from "../base/quantity.js";
import type { Frame } from "../exectrace/index.js";

/** From harmless to bad. */
export const severities = ["info", "warn", "error"] as const;
export type Severity = (typeof severities)[number];

/** The order in which people see them. */
export const worstFirst: readonly Severity[] = [...severities].reverse();

/** Names of the severities in output. */
export const severityNames: Readonly<Record<Severity, string>> = { error: "error", warn: "warning", info: "info" };

/** Values of `--fail-on`: the lowest severity at which a command fails. */
export const failOnLevels = ["warn", "error", "never"] as const;
export type FailOn = (typeof failOnLevels)[number];

/** Unit of the numbers of a finding. */
export type Unit = Exclude<Quantity, "bytes/s">;

/** All occurrences of one rule at one place of the program. */
export interface Finding {
  /** Name of the rule, `MutexContention`. */
  readonly rule: string;
  /** Severity of the place as a whole, as the rule grades it. */
  readonly severity: Severity;
  /** The rule's title. */
  readonly title: string;
  /** What happened, one line with numbers. */
  readonly message: string;
  /** What to do about it, one line. */
  readonly suggestion: string;
  /** The command that explains the rule: `gotrace explain MutexContention`. */
  readonly docs: string;
  /** When the worst occurrence begins, in nanoseconds since the trace's start. */
  readonly time: number;
  /** The same in nanoseconds since 1970, if the trace has it (Go 1.25 and later). */
  readonly wall?: bigint;
  readonly goroutine?: number;
  /** The function that the goroutine started in. */
  readonly goroutineFunction?: string;
  readonly proc?: number;
  /** Where the goroutine waited (ran, allocated, …), leaf first; empty if unknown. */
  readonly stack: readonly Frame[];
  /** The goroutine that ended the wait, and where it was. */
  readonly waker?: { readonly goroutine: number; readonly function: string; readonly stack: readonly Frame[] };
  /** Innermost frame of the user's own code: outside of the standard library, or under the given module. */
  readonly site?: Frame;
  /** Number of occurrences at or above the threshold. */
  readonly count: number;
  /** The largest occurrence, in `unit`. */
  readonly worst: number;
  /** Sum of the occurrences, in `unit`; for rules about the whole trace the same as `worst`. */
  readonly total: number;
  readonly unit: Unit;
  /** Length of the worst occurrence, [time, time + duration], in nanoseconds; 0 if it is a moment. */
  readonly duration: number;
  /** Whether the trace's edge cut the worst occurrence: it may have been longer. */
  readonly atLeast: boolean;
  /**
   * Hexadecimal hash that identifies the finding across runs and edits: of the rule, the site's function and the name
   * of its file, without lines and numbers.
   */
  readonly fingerprint: string;
}

/** A budget and whether it was kept. */
export interface BudgetResult {
  /** As written: `sched.p99 < 2ms`. */
  readonly expression: string;
  /** In `unit`; NaN if the trace holds nothing to measure. The budget is then broken unless it says `if any`. */
  readonly actual: number;
  readonly limit: number;
  readonly unit: Unit;
  readonly ok: boolean;
}

/** The result of one trace. */
export interface TraceReport {
  readonly path: string;
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** `1.26`; `1.23 or 1.24`, which write the same header. */
  readonly goVersion: string;
  /** Start of the trace in nanoseconds since 1970, if the trace has it (Go 1.25 and later). */
  readonly start?: bigint;
  /** Nanoseconds from the first event to the last. */
  readonly duration: number;
  /** The part of the trace that was analyzed, nanoseconds since its start; undefined: all of it. */
  readonly part?: { readonly from: number; readonly to: number };
  readonly events: number;
  /** Number of goroutines in the trace. */
  readonly goroutines: number;
  /** The largest GOMAXPROCS in the trace; undefined if it has none. */
  readonly gomaxprocs?: number;
  /** What gotrace's agent took snapshots for, the last ones; times as those of findings. */
  readonly triggers?: readonly Trigger[];
  /** Worst first, without those counted in `suppressed` and `hidden`. */
  readonly findings: readonly Finding[];
  /** Number of findings that are in the baseline. */
  readonly suppressed: number;
  /** Number of findings beyond `--top` or below `--severity`. */
  readonly hidden: number;
  readonly budgets: readonly BudgetResult[];
  /** What is missing, for a file that was cut off. */
  readonly warning?: string;
}

/** Number of findings of a severity. */
export function countOf({ findings }: { readonly findings: readonly Pick<Finding, "severity">[] }, severity: Severity) {
  return findings.filter((finding) => finding.severity === severity).length;
}
