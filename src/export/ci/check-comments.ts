/** Results of assertions and thresholds as GitHub Actions annotations and as Markdown. */
import { type Check, titles } from "../../base/check.js";
import type { Locate } from "../../base/locate.js";
import { printableAll } from "../../base/printable.js";
import { formatCount, formatNumberOf } from "../../base/units.js";
import { type Annotation, annotate } from "./findings-github.js";
import { cell, code, fenced, html, MAX_CHARACTERS, prose } from "./markdown-text.js";

const severities = { failed: "error", skipped: "warn", noted: "info", passed: "info" } as const;

/** Annotations: an error per failed check, a warning per check that was not judged. */
export function* checksGithub(given: readonly Check[], locate: Locate): Generator<string> {
  const checks = printableAll(given);
  const notes = checks
    .filter(({ outcome }) => outcome !== "passed")
    .map(
      ({ kind, name, outcome, message, details, place }): Annotation => ({
        severity: severities[outcome],
        place: place && locate(place),
        title: outcome === "failed" ? titles[kind] : outcome === "skipped" ? "Not judged" : "Assertion",
        message: [`${name}: ${message}`, ...details].join("\n"),
      }),
    );
  const passed: Annotation = {
    ...{ severity: "info", place: undefined, title: "gotrace" },
    message: verdictOf(checks),
  };
  yield* annotate(notes.length > 0 ? notes : [passed]);
}

/** `1 of 3 checks failed`, `3 checks passed, 1 not judged`. */
function verdictOf(checks: readonly Check[]): string {
  const count = (wanted: Check["outcome"]) => checks.filter(({ outcome }) => outcome === wanted).length;
  const skipped = count("skipped") > 0 ? `, ${formatCount(count("skipped"))} not judged` : "";
  const failed = count("failed");
  if (failed > 0) return `${formatCount(failed)} of ${formatNumberOf(checks.length, "check")} failed${skipped}`;
  return `${formatNumberOf(checks.length - count("skipped"), "check")} passed${skipped}`;
}

const marks = { passed: "✅", noted: "✅", failed: "❌", skipped: "⚠️" } as const;

/**
 * A table of the checks, followed by the paths of the failed ones. The first line is an HTML comment by which a bot
 * finds its comment to replace.
 */
export function checksMarkdown(given: readonly Check[], locate: Locate): string {
  const checks = printableAll(given);
  const failed = checks.filter(({ outcome }) => outcome === "failed");
  const verdict = verdictOf(checks);
  let text = `<!-- gotrace calls -->\n\n### gotrace: ${verdict}\n\n| | check | |\n|---|---|---|\n`;
  let left = 0;
  for (const check of [...failed, ...checks.filter((one) => !failed.includes(one))]) {
    const row = `| ${[marks[check.outcome], code(check.name), prose(check.message)].map(cell).join(" | ")} |\n`;
    if (text.length + row.length > MAX_CHARACTERS) left++;
    else text += row;
  }
  if (left > 0) text += `\n_${formatNumberOf(left, "further check")} left out: the comment would be too long._\n`;
  for (const { name, details, place } of failed) {
    const at = place && locate(place);
    const where = at ? `${code(`${at.path}:${at.line}`)}\n\n` : "";
    const paths = details.length > 0 ? `${fenced(details.join("\n"))}\n\n` : "";
    const block = `\n<details><summary>${html(name)}</summary>\n\n${where}${paths}</details>\n`;
    if (where + paths === "" || text.length + block.length > MAX_CHARACTERS) continue;
    text += block;
  }
  return text;
}
