/** What budgets and assertions are made of: a number's name, an operator, a value. */

const operators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** `sched.p99 < 2ms`, taken apart. */
export interface Comparison {
  /** As it was written, with single spaces. */
  readonly expression: string;
  /** What stands before the operator, and behind it. */
  readonly subject: string;
  readonly value: string;
  readonly holds: (actual: number, limit: number) => boolean;
}

/** Takes a comparison apart at its last operator; undefined for a text that is none. */
export function parseComparison(text: string): Comparison | undefined {
  const expression = text.trim().replace(/\s+/g, " ");
  const match = /^(.*[^\s<>=!])\s*(<=|>=|==|!=|<|>)\s*([^\s<>=!][^<>=!]*)$/u.exec(expression);
  if (!match) return undefined;
  const [, subject, operator, value] = match as unknown as [string, string, string, string];
  return { expression, subject, value, holds: operators[operator] };
}
