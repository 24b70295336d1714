/** Parses comparisons such as `sched.p99 < 2ms`, as budgets and assertions use them. */

const operators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** A parsed comparison. */
export interface Comparison {
  /** The source text, with whitespace collapsed. */
  readonly expression: string;
  /** The text before the operator; `value` is the text after it. */
  readonly subject: string;
  readonly value: string;
  readonly holds: (actual: number, limit: number) => boolean;
}

/** Splits a comparison at its operator; undefined if the text is not a comparison. */
export function parseComparison(text: string): Comparison | undefined {
  const expression = text.trim().replace(/\s+/g, " ");
  const match = /^(.*[^\s<>=!])\s*(<=|>=|==|!=|<|>)\s*([^\s<>=!][^<>=!]*)$/u.exec(expression);
  if (!match) return undefined;
  const [, subject, operator, value] = match as unknown as [string, string, string, string];
  return { expression, subject, value, holds: operators[operator] };
}
