/**
 * Findings as SARIF 2.1.0 (OASIS), for code scanning. One run holds the results of all traces, because GitHub rejects
 * files with several runs of one tool.
 */

import { type FramePlace, type Locate, placeOf } from "../../base/locate.js";
import { measuredText } from "../../base/quantity.js";
import { formatCount } from "../../base/units.js";
import type { BudgetResult, Finding, Severity, TraceReport } from "../../rules/finding.js";
import { rules as all, ruleText } from "../../rules/index.js";
import { rank } from "../../rules/select.js";
import { fallbackLocations, location, type SarifPlaces, sarifLog } from "./sarif-text.js";

/** The most results per run that GitHub accepts. */
export const MAX_RESULTS = 25_000;

export interface SarifOptions extends SarifPlaces {
  /** Version of gotrace. */
  readonly version: string;
  readonly most?: number;
}

const levels: Record<Severity, string> = { error: "error", warn: "warning", info: "note" };

/**
 * One SARIF log, in pieces. Beyond {@link MAX_RESULTS} only the worst results are kept, and a notification of the run
 * has the number of missing ones.
 */
export function* renderSarif(reports: readonly TraceReport[], options: SarifOptions): Generator<string> {
  const all = reports.flatMap((report) => report.findings.map((finding) => ({ report, finding })));
  const most = options.most ?? MAX_RESULTS;
  const budgets = reports.flatMap((report) =>
    report.budgets.filter((budget) => !budget.ok).map((budget) => ({ report, budget })),
  );
  const room = Math.max(most - budgets.length, 0);
  if (all.length > room) {
    // Each trace's findings are sorted, but not those of all traces together.
    all.sort((a, b) => rank(b.finding) - rank(a.finding));
  }
  const shown = all.slice(0, room);
  const rules = ruleTable(shown.map(({ finding }) => finding));
  if (budgets.length > 0) rules.set("Budget", { index: rules.size, descriptor: budgetRule });

  yield* sarifLog(
    options.version,
    [...rules.values()].map((rule) => rule.descriptor),
    notifications(reports, all.length - room),
    results(),
  );

  function* results(): Generator<object> {
    for (const { report, budget } of budgets.slice(0, most)) yield brokenBudget(report, budget);
    for (const { report, finding } of shown) yield resultOf(report, finding, rules.get(finding.rule)!.index, options);
  }

  function brokenBudget(report: TraceReport, budget: BudgetResult): object {
    return {
      ruleId: "Budget",
      ruleIndex: rules.get("Budget")!.index,
      level: "error",
      message: {
        text: `budget broken: ${budget.expression}, ${measuredText(budget.actual, budget.unit)} (${report.path})`,
      },
      ...fallbackLocations(options),
      partialFingerprints: { "gotrace/v1": `budget ${budget.expression}` },
      properties: { trace: report.path, ...finite({ actual: budget.actual, limit: budget.limit }), unit: budget.unit },
    };
  }
}

interface Rule {
  readonly index: number;
  readonly descriptor: object;
}

const budgetRule = {
  id: "Budget",
  name: "Budget",
  shortDescription: { text: "A budget was broken" },
  fullDescription: { text: "A number of the trace is beyond the limit that was given for it, or was not measured." },
  help: { text: "The trace breaks a budget that was given with --budget or in the configuration." },
  defaultConfiguration: { level: "error" },
};

function ruleTable(findings: readonly Finding[]): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const { rule, title, suggestion, docs } of findings) {
    if (rules.has(rule)) continue;
    const known = all.find(({ name }) => name === rule);
    const descriptor = {
      id: rule,
      name: rule,
      shortDescription: { text: title },
      fullDescription: { text: suggestion },
      // Viewers show it beside a result. It has the whole page, because there is no page to link to.
      help: { text: `${suggestion}\n\nMore: ${docs}`, ...(known && { markdown: ruleText(known) }) },
      defaultConfiguration: { level: "warning" },
      properties: { tags: ["performance"] },
    };
    rules.set(rule, { index: rules.size, descriptor });
  }
  return rules;
}

function notifications(reports: readonly TraceReport[], missing: number): object[] {
  const notes = reports
    .filter((report) => report.warning !== undefined)
    .map((report) => ({ level: "warning", message: { text: `${report.path}: ${report.warning}` } }));
  const text = `${formatCount(missing)} further results are left out: a file may hold ${formatCount(MAX_RESULTS)}`;
  return missing > 0 ? [...notes, { level: "warning", message: { text } }] : notes;
}

function resultOf(report: TraceReport, finding: Finding, ruleIndex: number, options: SarifOptions): object {
  const { locate } = options;
  const place = placeOf(finding.site, finding.stack, locate);
  const waker = finding.waker && placeOf(undefined, finding.waker.stack, locate);
  const stacks = [
    ...stackOf("Where the goroutine was", finding.stack, locate),
    ...(finding.waker ? stackOf("Who made it go on", finding.waker.stack, locate) : []),
  ];
  return {
    ruleId: finding.rule,
    ruleIndex,
    level: levels[finding.severity],
    message: { text: `${finding.message}. ${finding.suggestion}` },
    ...(place ? { locations: [location(place, finding.site?.function)] } : fallbackLocations(options)),
    ...(waker && finding.waker
      ? { relatedLocations: [{ id: 1, ...location(waker, finding.waker.function), message: { text: "the waker" } }] }
      : {}),
    ...(stacks.length > 0 ? { stacks } : {}),
    occurrenceCount: Math.max(1, Math.round(finding.count)),
    partialFingerprints: { "gotrace/v1": finding.fingerprint },
    properties: {
      trace: report.path,
      timeNs: finding.time,
      durationNs: finding.duration,
      ...finite({ worst: finding.worst, total: finding.total }),
      unit: finding.unit,
      ...(finding.goroutine === undefined ? {} : { goroutine: finding.goroutine }),
      ...(finding.wall === undefined ? {} : { wallNs: String(finding.wall) }),
    },
  };
}

function stackOf(text: string, frames: readonly FramePlace[], locate: Locate): object[] {
  if (frames.length === 0) return [];
  const list = frames.map((frame) => {
    const place = locate(frame);
    // Frames outside the repository have no URI that another machine could open.
    const logical = { logicalLocations: [{ fullyQualifiedName: frame.function, kind: "function" }] };
    return { location: place ? location(place, frame.function) : logical };
  });
  return [{ message: { text }, frames: list }];
}

/** Drops NaN and infinities, which JSON does not have. */
function finite(numbers: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)));
}
