/** The page: which trace is shown, its summary, and the keys. */

import { formatQuantity } from "../base/quantity.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf } from "../base/units.js";
import type { PageTrace } from "../render/page.js";
import { h } from "./dom.js";
import { type FindingList, findingList, severityNames } from "./findings.js";
import { Model } from "./model.js";
import { overview } from "./overview.js";

const keys: readonly (readonly [key: string, meaning: string])[] = [
  ["j", "next finding"],
  ["k", "previous finding"],
  ["Enter", "open or close it"],
  ["/", "filter"],
  ["[ ]", "previous or next trace"],
  ["← →", "move in a chart that has the focus"],
  ["?", "this help"],
];

const model = Model.read(document);
const page = document.getElementById("page")!;
let current = 0;
let list: FindingList | undefined;
const help = h(
  "dialog",
  { "aria-label": "Keys" },
  h("table", {}, ...keys.map(([key, meaning]) => h("tr", {}, h("td", {}, h("kbd", {}, key)), h("td", {}, meaning)))),
  h("p", {}, h("button", { click: () => help.close() }, "Close")),
);

function show(index: number): void {
  current = index;
  const trace = model.traces[index];
  if (!trace) {
    page.replaceChildren(h("p", {}, "No trace in this page."));
    return;
  }
  document.title = `gotrace: ${trace.path}`;
  const findings = findingList(model, trace, (finding) => history.replaceState(null, "", `#${current}.${finding}`));
  list = findings;
  page.replaceChildren(
    h("a", { class: "skip", href: "#findings" }, "Skip to the findings"),
    h("header", { class: "top" }, h("h1", {}, trace.path), h("button", { click: () => help.showModal() }, "Keys: ?")),
    h("p", { class: "facts" }, facts(trace)),
    traceButtons(),
    h(
      "main",
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
    h("footer", { class: "faint" }, h("p", {}, `gotrace ${model.version}`)),
    help,
  );
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

function traceButtons(): HTMLElement {
  const several = model.traces.length > 1;
  return h(
    "nav",
    { "aria-label": "Traces", hidden: !several },
    h(
      "ul",
      { class: "traces" },
      ...model.traces.map(({ path, findings }, index) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              "aria-current": index === current ? "true" : "false",
              click: () => {
                show(index);
                history.replaceState(null, "", `#${index}`);
              },
            },
            `${path} (${formatCount(findings.length)})`,
          ),
        ),
      ),
    ),
  );
}

function tally(trace: PageTrace): HTMLElement {
  const boxes = (["error", "warn", "info"] as const).map((severity) => {
    const count = trace.findings.filter((finding) => finding.severity === severity).length;
    const word = `${severityNames[severity]}${count === 1 || severity === "info" ? "" : "s"}`;
    return h("div", {}, h("b", { class: count > 0 ? severity : "faint" }, formatCount(count)), word);
  });
  const failed = trace.budgets.filter((budget) => !budget.ok).length;
  const others: [number, string, string][] = [
    ...(trace.budgets.length > 0
      ? [[failed, `of ${trace.budgets.length} budgets exceeded`, "error"] as [number, string, string]]
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
      h("td", { class: ok ? "ok" : "error" }, ok ? "✓ kept" : "✗ exceeded"),
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
  const rules = new Map<
    string,
    { title: string; severity: "error" | "warn" | "info"; places: number; times: number }
  >();
  // Worst first, so the first one of a rule tells its severity.
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
    h("th", { class: "number" }, "occurrences"),
  );
  return [
    h("h2", {}, "Rules"),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows))),
  ];
}

function go(index: number): void {
  if (index < 0 || index >= model.traces.length) return;
  show(index);
}

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.key === "Escape" && target instanceof HTMLInputElement) target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || /^(INPUT|SELECT)$/.test(target.tagName)) return;
  const actions: Record<string, () => void> = {
    j: () => list?.move(1),
    k: () => list?.move(-1),
    "/": () => list?.focusFilter(),
    "[": () => go(current - 1),
    "]": () => go(current + 1),
    "?": () => help.showModal(),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

/** The address names a trace and a finding: `#0.3`. */
function follow(): void {
  const match = /^#(\d+)(?:\.(\d+))?$/.exec(location.hash);
  show(match ? Math.min(Number(match[1]), Math.max(0, model.traces.length - 1)) : 0);
  if (match?.[2] !== undefined) list?.open(Number(match[2]));
}
window.addEventListener("hashchange", () => /^#\d/.test(location.hash) && follow());
follow();
