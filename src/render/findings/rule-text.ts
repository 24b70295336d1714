/** The documentation of `gotrace analyze` rules as plain text. */

import { formatQuantity } from "../../base/quantity.js";
import type { Rule } from "../../rules/index.js";
import { wrap } from "../wrap.js";

const WIDTH = 96;

/** The full documentation of a rule. */
export function ruleText(rule: Rule): string {
  const { name, title, measures, why, actions, caveats } = rule;
  const thresholds = Object.entries(rule.thresholds).map(
    ([threshold, { value, unit, meaning }]) => [`${threshold} = ${formatQuantity(value, unit)}`, meaning] as const,
  );
  const wide = Math.max(...thresholds.map(([setting]) => setting.length)) + 2;
  const lines = [
    `${name}: ${title}`,
    "",
    ...section("What it measures", paragraph(measures)),
    ...section("Thresholds", [
      ...thresholds.flatMap(([setting, meaning]) => hanging(setting.padEnd(wide), meaning)),
      "",
      ...paragraph(
        `Change them with --set ${name}.warn=VALUE or in .gotrace.yaml; --set ${name}=off turns the rule off.`,
      ),
    ]),
    ...section("Why it matters", paragraph(why)),
    ...section(
      "What to do",
      actions.flatMap((action) => hanging("- ", action)),
    ),
    ...section(
      "How it can be wrong",
      caveats.flatMap((caveat) => hanging("- ", caveat)),
    ),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** One line per rule: its name and the problem that it reports. */
export function ruleList(rules: readonly Rule[]): string {
  const width = Math.max(...rules.map(({ name }) => name.length)) + 2;
  const lines = rules.map(({ name, title }) => `${name.padEnd(width)}${title}\n`);
  return `${lines.join("")}\n'gotrace explain RULE' says what a rule measures and what to do.\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return [title, ...lines.map((line) => (line === "" ? "" : `  ${line}`)), ""];
}

function paragraph(text: string): string[] {
  return lined(text, WIDTH - 2);
}

function hanging(start: string, text: string): string[] {
  return lined(text, WIDTH - 2 - start.length).map(
    (line, index) => (index === 0 ? start : " ".repeat(start.length)) + line,
  );
}

function lined(text: string, width: number): string[] {
  return wrap(text.replaceAll("`", ""), width, (word) => word.length);
}
