/** Parses assertions about calls: `db.Query.calls <= 3`, `TestLogin: db.Query.max < 5ms`. */
import { parseComparison } from "../base/comparison.js";
import { ExitCode, UserError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { examples, parseQuantity } from "../base/quantity.js";
import { type NamePattern, namePattern, testPattern } from "./match.js";

/** The measures that assertions can use, and their units. */
export const assertable = {
  calls: "count",
  total: "ns",
  self: "ns",
  min: "ns",
  mean: "ns",
  p50: "ns",
  p90: "ns",
  p95: "ns",
  p99: "ns",
  max: "ns",
  panics: "count",
} as const;

export type Assertable = keyof typeof assertable;

/** A parsed assertion: a condition on a measure of some functions' calls. */
export interface Assertion {
  /** The source text, with whitespace collapsed. */
  readonly expression: string;
  /** The tests to check, each separately; undefined for all calls of the run together. */
  readonly test: NamePattern | undefined;
  readonly functions: NamePattern;
  readonly measure: Assertable;
  readonly limit: number;
  readonly holds: (actual: number) => boolean;
}

const USAGE = "write it as 'db.Query.calls <= 3', 'main.run.total < 50ms' or 'TestLogin: db.Query.calls <= 3'";

/** @throws UserError for an invalid assertion */
export function parseAssertion(text: string): Assertion {
  const comparison = parseComparison(text);
  if (comparison === undefined) throw bad(`${JSON.stringify(text)} is no assertion`, USAGE);
  const { expression, subject, value, holds } = comparison;
  const [, test, target] = /^(?:(\/.+\/|[^/:\s](?:[^:]*[^:\s])?)\s*:\s*)?(.+)$/su.exec(subject) as unknown as string[];
  const [, name, measure] = /^(.+)\.([A-Za-z0-9_]+)$/su.exec(target) ?? [];
  if (name === undefined || measure === undefined) {
    throw bad(`${JSON.stringify(text)}: ${target} names no number of calls`, USAGE);
  }
  if (!Object.hasOwn(assertable, measure)) {
    const known = Object.keys(assertable);
    const near = nearest(measure, known);
    throw bad(
      `${JSON.stringify(text)}: there is no measure ${measure}`,
      near ? `did you mean ${near}?` : `use ${known.slice(0, -1).join(", ")} or ${known.at(-1)}`,
    );
  }
  const unit = assertable[measure as Assertable];
  const limit = parseQuantity(value, unit);
  if (limit === undefined) {
    throw bad(`${JSON.stringify(text)}: ${value} is no value of ${measure}`, `use ${examples[unit]}`);
  }
  return {
    expression,
    test: test === undefined ? undefined : testPattern(test),
    functions: namePattern(name),
    measure: measure as Assertable,
    limit,
    holds: (actual) => holds(actual, limit),
  };
}

function bad(message: string, advice: string): UserError {
  return new UserError(`assertion ${message}`, advice, ExitCode.usage);
}
