/** The documentation of the rules of `gotrace analyze`, as text for a terminal. */

import { ruleList, ruleText } from "../../render/findings/rule-text.js";
import { rules } from "../../rules/index.js";

/** The names of all rules. */
export const ruleNames = rules.map(({ name }) => name);

/** The documentation of a rule, whose name may be in any case; undefined if there is no such rule. */
export function explanation(name: string): string | undefined {
  const rule = rules.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  return rule && ruleText(rule);
}

/** The list of all rules, one per line. */
export function allRules(): string {
  return ruleList(rules);
}
