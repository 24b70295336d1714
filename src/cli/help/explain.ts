/** The rules of `gotrace analyze`, for a terminal. */

import { ruleList, ruleText } from "../../render/findings/rule-text.js";
import { rules } from "../../rules/index.js";

export const ruleNames = rules.map(({ name }) => name);

/** What a rule measures, and what to do about its findings; undefined where no rule has the name, whatever its case. */
export function explanation(name: string): string | undefined {
  const rule = rules.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  return rule && ruleText(rule);
}

/** All rules, a line each. */
export function allRules(): string {
  return ruleList(rules);
}
