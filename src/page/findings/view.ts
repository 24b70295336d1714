/** The page of findings: the choice of the execution trace, its summary, findings and charts. */
import { formatQuantity } from "../../base/quantity.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import { countOf, type Severity, severityNames, worstFirst } from "../../rules/finding.js";
import type { PageTrace } from "../data/page.js";
import { h } from "../dom.js";
import { type FindingList, findingList } from "./findings.js";
import type { Model } from "./model.js";
import { overview } from "./overview.js";

/** The page of findings, which shows one trace at a time. */
export interface FindingsPage {
  readonly element: HTMLElement;
  /** Shows a trace and opens a finding, if given. */
  readonly show: (trace: number, finding?: number) => void;
  /** Moves by a number of traces. */
  readonly step: (by: number) => void;
  readonly list: () => FindingList | undefined;
}

export interface FindingsFrame {
  /** Placed beside the heading. */
  readonly button: HTMLElement | undefined;
  /** Whether the page shows only findings, so that the trace's name is its title. */
  readonly titled: boolean;
  /** Called with the address of what is shown. */
  readonly moved: (address: string) => void;
}

/** The page, initially empty. */
export function findingsPage(model: Model, frame: FindingsFrame): FindingsPage {
  const element = h("div");
  let current = 0;
  let list: FindingList | undefined;
  const show = (index: number, finding?: number) => {
    current = Math.min(index, Math.max(0, model.traces.length - 1));
    const trace = model.traces[current];
    if (!trace) {
      element.replaceChildren(h("p", {}, "No trace in this page."));
      return;
    }
    if (frame.titled) document.title = `gotrace: ${trace.path}`;
    const findings = findingList(model, trace, (opened) => frame.moved(`#${current}.${opened}`));
    list = findings;
    element.replaceChildren(
      h("a", { class: "skip", href: "#findings" }, "Skip to the findings"),
      h("header", { class: "top" }, h(frame.titled ? "h1" : "h2", {}, trace.path), frame.button ?? false),
      h("p", { class: "facts" }, facts(trace)),
      traceButtons(),
      h(
        frame.titled ? "main" : "div",
        {},
        trace.warning !== undefined && h("p", { class: "note" }, `Incomplete: ${trace.warning}`),
        tally(trace),
        ...budgets(trace),
        ...byRule(trace),
        h("h2", { id: "findings", tabindex: -1 }, "Findings"),
        findings.element,
        trace.charts !== undefined && h("h2", {}, "The whole trace"),
        ...overview(trace, findings.open),
      ),
    );
    if (finding !== undefined) findings.open(finding);
  };
  const traceButtons = () =>
    h(
      "nav",
      { "aria-label": "Traces", hidden: model.traces.length < 2 },
      h("ul", { class: "traces" }, ...model.traces.map((trace, index) => h("li", {}, traceButton(trace, index)))),
    );
  const traceButton = ({ path, findings }: PageTrace, index: number) => {
    const click = () => {
      show(index);
      frame.moved(`#${index}`);
    };
    const name = `${path} (${formatCount(findings.length)})`;
    return h("button", { "aria-current": index === current ? "true" : "false", click }, name);
  };
  const step = (by: number) => {
    if (model.traces[current + by]) show(current + by);
  };
  return { element, show, step, list: () => list };
}

function facts(trace: PageTrace): string {
  const start = trace.start && new Date(Number(BigInt(trace.start) / 1_000_000n)).toISOString();
  return [
    `Go ${trace.goVersion}`,
    ...(start ? [`${start.slice(0, 10)} ${start.slice(11, 19)} UTC`] : []),
    formatDuration(trace.duration),
    formatNumberOf(trace.events, "event"),
    formatNumberOf(trace.goroutines, "goroutine"),
    ...(trace.gomaxprocs === undefined ? [] : [`GOMAXPROCS ${trace.gomaxprocs}`]),
    formatBytes(trace.bytes),
  ].join(" · ");
}

function tally(trace: PageTrace): HTMLElement {
  const boxes = worstFirst.map((severity) => {
    const count = countOf(trace, severity);
    const word = `${severityNames[severity]}${count === 1 || severity === "info" ? "" : "s"}`;
    return h("div", {}, h("b", { class: count > 0 ? severity : "faint" }, formatCount(count)), word);
  });
  const failed = trace.budgets.filter((budget) => !budget.ok).length;
  const others: [number, string, string][] = [
    ...(trace.budgets.length > 0
      ? [[failed, `of ${trace.budgets.length} budgets broken`, "error"] as [number, string, string]]
      : []),
    ...(trace.suppressed > 0 ? [[trace.suppressed, "known in the baseline", ""] as [number, string, string]] : []),
    ...(trace.hidden > 0 ? [[trace.hidden, "not shown", ""] as [number, string, string]] : []),
  ];
  return h(
    "div",
    { class: "tally" },
    ...boxes,
    ...others.map(([count, text, name]) =>
      h("div", {}, h("b", { class: count > 0 ? name : "ok" }, formatCount(count)), text),
    ),
  );
}

function budgets(trace: PageTrace): HTMLElement[] {
  if (trace.budgets.length === 0) return [];
  const rows = trace.budgets.map(({ ok, expression, actual, unit }) =>
    h(
      "tr",
      {},
      h("td", { class: ok ? "ok" : "error" }, ok ? "✓ kept" : "✗ broken"),
      h("td", {}, h("code", {}, expression)),
      h("td", { class: "number" }, formatQuantity(actual ?? Number.NaN, unit)),
    ),
  );
  const head = h("tr", {}, h("th", {}, ""), h("th", {}, "budget"), h("th", { class: "number" }, "measured"));
  return [
    h("h2", {}, "Budgets"),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows))),
  ];
}

function byRule(trace: PageTrace): HTMLElement[] {
  const rules = new Map<string, { title: string; severity: Severity; places: number; times: number }>();
  // Findings are sorted worst first, so the first one of a rule has its severity.
  for (const { rule, title, severity, count } of trace.findings) {
    const entry = rules.get(rule) ?? { title, severity, places: 0, times: 0 };
    entry.places++;
    entry.times += count;
    rules.set(rule, entry);
  }
  if (rules.size < 2) return [];
  const rows = [...rules].map(([rule, { title, severity, places, times }]) =>
    h(
      "tr",
      {},
      h("td", { class: severity }, severityNames[severity]),
      h("td", {}, title, " ", h("code", { class: "faint" }, rule)),
      h("td", { class: "number" }, formatCount(places)),
      h("td", { class: "number" }, formatCount(times)),
    ),
  );
  const head = h(
    "tr",
    {},
    h("th", {}, "worst"),
    h("th", {}, "rule"),
    h("th", { class: "number" }, "places"),
    h("th", { class: "number" }, "times"),
  );
  return [
    h("h2", {}, "Rules"),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows))),
  ];
}
