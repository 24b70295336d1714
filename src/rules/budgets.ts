/**
 * Parses and checks budgets, limits for measures of a trace: `sched.p99 < 2ms`, `goroutines.max < 1000`, `heap.max <=
 * 512MiB`, `gc.pause.max < 1ms if any`.
 */
import { parseComparison } from "../base/comparison.js";
import { ExitCode, UserError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { examples, parseQuantity } from "../base/quantity.js";
import type { BudgetResult, Unit } from "./finding.js";
import { measures } from "./measures.js";

/** A measure of a trace and its limit. */
export interface Budget {
  readonly expression: string;
  readonly measure: string;
  readonly unit: Unit;
  readonly limit: number;
  readonly holds: (actual: number) => boolean;
  /** Whether the budget is kept if the trace holds nothing to measure. */
  readonly ifAny: boolean;
}

const IF_ANY = /\s+if\s+any$/;

/** Parses a budget. @throws UserError when it is not valid */
export function parseBudget(text: string): Budget {
  const ifAny = IF_ANY.test(text.trim());
  const comparison = parseComparison(text.trim().replace(IF_ANY, ""));
  if (!comparison) throw bad(`${JSON.stringify(text)} is not a valid budget`, "write it as 'sched.p99 < 2ms'");
  const { subject: name, value, holds } = comparison;
  const expression = ifAny ? `${comparison.expression} if any` : comparison.expression;
  const measure = measures.find((one) => one.name === name);
  if (!measure) {
    const names = measures.map((one) => one.name);
    const near = nearest(name, names);
    throw bad(
      `${JSON.stringify(text)}: there is no measure ${name}`,
      near ? `did you mean ${near}?` : `for instance ${names.filter((one) => /p99$|max$/.test(one)).join(", ")}`,
    );
  }
  const limit = parseQuantity(value, measure.unit);
  if (limit === undefined) {
    throw bad(`${JSON.stringify(text)}: ${value} is not a valid value of ${name}`, `use ${examples[measure.unit]}`);
  }
  return { expression, measure: name, unit: measure.unit, limit, holds: (actual) => holds(actual, limit), ifAny };
}

function bad(message: string, advice: string): UserError {
  return new UserError(`budget ${message}`, advice, ExitCode.usage);
}

/**
 * Compares budgets with the measures of a trace. Without anything to measure (no GC in the trace, no lock) a budget is
 * broken, unless it says `if any`.
 *
 * @param measured returns the value of a measure, NaN if there was nothing to measure
 */
export function checkBudgets(budgets: readonly Budget[], measured: (name: string) => number): BudgetResult[] {
  return budgets.map(({ expression, measure, unit, limit, holds, ifAny }) => {
    const actual = measured(measure);
    return { expression, actual, limit, unit, ok: Number.isNaN(actual) ? ifAny : holds(actual) };
  });
}
