/** Makes the pages in docs/rules from the texts of the rules (`npm run rules:pages`). */
import { formatQuantity } from "../base/quantity.js";
import { families, measures } from "./measures.js";
import { rules } from "./registry.js";
import type { Rule } from "./rule.js";

/** The page of one rule, in Markdown. */
export function rulePage(rule: Rule): string {
  return `${ruleText(rule)}
## Programs

[main.go](../../testdata/rules/${rule.name}/main.go) has one version for which the rule fires and one for which it does not.
`;
}

/** The text of the page without links, for `gotrace explain`. */
export function ruleText(rule: Rule): string {
  const thresholds = Object.entries(rule.thresholds).map(
    ([name, { value, unit, meaning }]) => `| \`${name}\` | ${formatQuantity(value, unit)} | ${meaning} |`,
  );
  const list = (lines: readonly string[]) => lines.map((line) => `- ${line}`).join("\n");
  return `# ${rule.name}

${rule.title}.

## What it measures

${rule.measures}

## Thresholds

| name | default | meaning |
| --- | --- | --- |
${thresholds.join("\n")}

${rule.reason}

Change them with \`--set ${rule.name}.warn=VALUE\` or in \`.gotrace.yaml\`; \`--set ${rule.name}=off\` turns the rule off.

## Why it matters

${rule.why}

## What to do

${list(rule.actions)}

## How it can be wrong

${list(rule.caveats)}
`;
}

/** The page that lists all rules, and all measures for budgets, in Markdown. */
export function indexPage(): string {
  const lines = rules.map((rule) => {
    const { warn, error } = rule.thresholds;
    const defaults = `${formatQuantity(warn.value, warn.unit)} | ${formatQuantity(error.value, error.unit)}`;
    return `| [${rule.name}](${rule.name}.md) | ${rule.title} | ${defaults} |`;
  });
  const statistics = measures.filter(({ name }) => name.startsWith("sched.")).map(({ name }) => name.slice(6));
  const distributions = Object.entries(families).map(([name, what]) => `| \`${name}\` | ${what} |`);
  const single = measures
    .filter(({ name }) => !Object.keys(families).some((family) => statistics.includes(name.slice(family.length + 1))))
    .map(({ name, what }) => `| \`${name}\` | ${what} |`);
  return `# Rules of \`gotrace analyze\`

| rule | what is wrong | warn | error |
| --- | --- | --- | --- |
${lines.join("\n")}

# Budgets

\`--budget 'sched.p99 < 2ms'\`, or a line under \`budgets\` in the configuration: a measure of the trace, \`<\`, \`<=\`, \`>\` or
\`>=\`, and a value. A budget on something that did not occur (no GC cycle in the trace, no lock) is
broken, unless it ends in \`if any\`, as in \`gc.pause.max < 1ms if any\`; \`.count\` and \`.total\` are 0 then. Percentiles are exact
to 0.8 %.

Durations, each with ${statistics.map((name) => `\`.${name}\``).join(", ")}:

| measure | one duration is |
| --- | --- |
${distributions.join("\n")}

Single numbers:

| measure | what |
| --- | --- |
${single.join("\n")}
`;
}
