/** Parses assertions about calls: `db.Query.calls <= 3`, `TestLogin: db.Query.max < 5ms`, `db.Query.lock.p99 < 1ms`. */
import { parseComparison } from "../base/comparison.js";
import { ExitCode, UserError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { examples, parseQuantity } from "../base/quantity.js";
import { type NamePattern, testPattern } from "./match.js";
import { assertable, measureName, measureWords, type Reading, readingsOf } from "./reading.js";

/** A parsed assertion: a condition on a measure of some functions' calls. */
export interface Assertion {
  /** The source text, with whitespace collapsed. */
  readonly expression: string;
  /** The tests to check, each separately; undefined for all calls of the run together. */
  readonly test: NamePattern | undefined;
  /** The ways to read what it measures; see `chosen`. */
  readonly readings: readonly Reading[];
  readonly limit: number;
  readonly holds: (actual: number) => boolean;
}

const USAGE = "write it as 'db.Query.calls <= 3', 'main.run.total < 50ms' or 'TestLogin: db.Query.calls <= 3'";

/** @throws UserError for an invalid assertion */
export function parseAssertion(text: string): Assertion {
  const comparison = parseComparison(text);
  if (comparison === undefined) throw bad(`${JSON.stringify(text)} is not a valid assertion`, USAGE);
  const { expression, subject, value, holds } = comparison;
  const [, test, target] = /^(?:(\/.+\/|[^/:\s](?:[^:]*[^:\s])?)\s*:\s*)?(.+)$/su.exec(subject) as unknown as string[];
  const readings = readingsOf(target);
  if ("word" in readings) {
    const near = nearest(readings.word, measureWords);
    throw bad(
      `${JSON.stringify(text)}: there is no measure ${readings.word}`,
      near ? `did you mean ${near}?` : `use ${measureWords.slice(0, -1).join(", ")} or ${measureWords.at(-1)}`,
    );
  }
  if (readings.length === 0) throw bad(`${JSON.stringify(text)}: ${target} does not end in a measure`, USAGE);
  const unit = assertable[readings[0].measure];
  const limit = parseQuantity(value, unit);
  if (limit === undefined) {
    throw bad(
      `${JSON.stringify(text)}: ${value} is not a valid value of ${measureName(readings[0])}`,
      `use ${examples[unit]}`,
    );
  }
  return {
    expression,
    test: test === undefined ? undefined : testPattern(test),
    readings,
    limit,
    holds: (actual) => holds(actual, limit),
  };
}

function bad(message: string, advice: string): UserError {
  return new UserError(`assertion ${message}`, advice, ExitCode.usage);
}
