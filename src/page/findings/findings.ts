/** The list of findings: filters, a line per finding, and the details that open beneath it. */

import { formatQuantity } from "../../base/quantity.js";
import { formatCount, formatDuration } from "../../base/units.js";
import { severityNames, worstFirst } from "../../rules/finding.js";
import type { PageFinding, PageTrace } from "../data/page.js";
import { h } from "../dom.js";
import { closeUp } from "./closeup.js";
import type { Model } from "./model.js";

export interface FindingList {
  readonly element: HTMLElement;
  /** Opens a finding and scrolls to it. */
  readonly open: (index: number) => void;
  /** Moves the focus by a number of visible findings. */
  readonly move: (by: number) => void;
  readonly focusFilter: () => void;
}

/** The findings of one trace. */
export function findingList(model: Model, trace: PageTrace, onOpen: (index: number) => void): FindingList {
  const items = trace.findings.map((finding, index) => item(model, trace, finding, () => onOpen(index)));
  const status = h("span", { class: "faint", role: "status" });
  const search = h("input", {
    type: "search",
    placeholder: "Filter: function, file, text",
    "aria-label": "Filter findings",
  });
  const rules = [...new Set(trace.findings.map((finding) => finding.rule))].sort();
  const rule = h(
    "select",
    { "aria-label": "Rule" },
    h("option", { value: "" }, "all rules"),
    ...rules.map((name) => h("option", { value: name }, name)),
  );
  const boxes = worstFirst.map((severity) => {
    const input = h("input", { type: "checkbox", checked: true });
    return { severity, input, label: h("label", {}, input, ` ${severityNames[severity]}`) };
  });
  const texts = trace.findings.map((finding) => searchText(model, finding));
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const [index, finding] of trace.findings.entries()) {
      const visible =
        boxes.some(({ severity, input }) => severity === finding.severity && input.checked) &&
        (rule.value === "" || rule.value === finding.rule) &&
        words.every((word) => texts[index].includes(word));
      items[index].hidden = !visible;
      if (visible) shown++;
    }
    status.textContent = shown === items.length ? "" : `${formatCount(shown)} of ${formatCount(items.length)} shown`;
  };
  for (const control of [search, rule, ...boxes.map((box) => box.input)]) control.addEventListener("input", apply);

  const summaryOf = (each: HTMLElement) => each.querySelector("summary")!;
  const open = (index: number) => {
    const each = items[index];
    if (!each) return;
    each.hidden = false;
    each.querySelector("details")!.open = true;
    summaryOf(each).focus({ preventScroll: true });
    each.scrollIntoView({ block: "start" });
  };
  const move = (by: number) => {
    const shown = items.filter((each) => !each.hidden);
    const at = shown.findIndex((each) => each.contains(document.activeElement));
    const next = shown[at < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(shown.length - 1, Math.max(0, at + by))];
    if (next) summaryOf(next).focus();
  };
  const filters = h("div", { class: "filters" }, search, ...boxes.map((box) => box.label), rule, status);
  const element = h(
    "div",
    {},
    items.length > 3 && filters,
    items.length > 0
      ? h("ol", { class: "findings" }, ...items)
      : h("p", {}, h("span", { class: "ok" }, "✓ "), nothing(trace)),
  );
  return { element, open, move, focusFilter: () => search.focus() };
}

function nothing({ suppressed, hidden }: PageTrace): string {
  const known = suppressed > 0 ? ` ${formatCount(suppressed)} are known in the baseline.` : "";
  const more = hidden > 0 ? ` ${formatCount(hidden)} are hidden by the flags of this run.` : "";
  return `No findings.${known}${more}`;
}

function searchText(model: Model, finding: PageFinding): string {
  const frames = [...finding.stack, ...(finding.waker?.stack ?? [])].map((id) => model.frame(id));
  const places = frames.map((frame) => `${frame.function} ${frame.file}`).join(" ");
  return `${finding.rule} ${finding.title} ${finding.message} ${finding.goroutineFunction ?? ""} ${places}`.toLowerCase();
}

function item(model: Model, trace: PageTrace, finding: PageFinding, opened: () => void): HTMLLIElement {
  const { severity, title, count, worst, unit, atLeast } = finding;
  const where = model.siteFunction(finding);
  const summary = h(
    "summary",
    {},
    h("span", { class: `badge ${severity}` }, severityNames[severity]),
    h(
      "span",
      { class: "what" },
      h("b", {}, title),
      where !== "" && h("code", {}, ` ${where}`),
      finding.place !== undefined && h("code", { class: "faint" }, ` ${finding.place}`),
      h("span", { class: "message" }, finding.message),
    ),
    h("span", { class: "number times", title: "occurrences" }, `${formatCount(count)} ×`),
    h("span", { class: "number" }, `${atLeast ? "≥ " : ""}${formatQuantity(worst, unit)}`),
  );
  const details = h("details", {}, summary);
  details.addEventListener("toggle", () => {
    if (!details.open) return;
    if (details.children.length === 1) details.append(body(model, trace, finding));
    opened();
  });
  return h("li", {}, details);
}

function body(model: Model, trace: PageTrace, finding: PageFinding): HTMLElement {
  const { waker, window, unit } = finding;
  const many = finding.count > 1 && finding.total !== finding.worst;
  const numbers: [string, string | Node | undefined][] = [
    ["rule", finding.rule],
    ["occurrences", formatCount(finding.count)],
    ["worst", `${finding.atLeast ? "at least " : ""}${formatQuantity(finding.worst, unit)}`],
    ["mean", many ? formatQuantity(finding.total / finding.count, unit) : undefined],
    ["total", many ? formatQuantity(finding.total, unit) : undefined],
    ["at", `${formatDuration(finding.time)} into the trace`],
    ["clock", finding.wall && clock(finding.wall)],
    [
      "goroutine",
      finding.goroutine === undefined ? undefined : goroutine(model, finding.goroutine, finding.goroutineFunction),
    ],
    ["P", finding.proc === undefined ? undefined : String(finding.proc)],
    ["fingerprint", finding.fingerprint],
    ["about this rule", finding.docs],
  ];
  const charts = window === undefined ? undefined : trace.charts?.windows[window];
  return h(
    "div",
    { class: "body" },
    h("p", {}, h("b", {}, "What to do: "), finding.suggestion),
    h(
      "dl",
      { class: "numbers" },
      ...numbers.flatMap(([name, value]) => (value ? [h("div", {}, h("dt", {}, name), h("dd", {}, value))] : [])),
    ),
    h(
      "div",
      { class: "stacks" },
      finding.stack.length > 0 && stack(model, "Where the goroutine was", finding.stack, finding.site),
      waker !== undefined && h("div", {}, ...wakerParts(model, waker.goroutine, waker.function, waker.stack)),
    ),
    ...(charts ? [h("h3", {}, "Around the worst occurrence"), ...closeUp(model, charts, finding)] : []),
  );
}

/** A goroutine's number, with a link to its calls if the page has them. */
function goroutine({ openGoroutine }: Model, goid: number, name = ""): string | Node {
  if (!openGoroutine) return `${goid} ${name}`;
  return h("button", { type: "button", class: "link", click: () => openGoroutine(goid) }, `${goid} ${name}`);
}

function wakerParts(model: Model, goroutine: number, name: string, frames: readonly number[]): HTMLElement[] {
  const title = `Who made it go on: goroutine ${goroutine} ${name}`;
  return frames.length > 0 ? [stack(model, title, frames, undefined)] : [h("h3", {}, title)];
}

function stack(model: Model, title: string, frames: readonly number[], site: number | undefined): HTMLElement {
  const rows = frames.map((id) => {
    const frame = model.frame(id);
    const kind = id === site ? "site" : frame.path === undefined ? "" : "own";
    return h(
      "li",
      { class: kind },
      h("code", {}, frame.function),
      h("code", { class: "where" }, `${frame.path ?? frame.file}:${frame.line}`),
    );
  });
  return h("div", {}, h("h3", {}, title), h("ol", { class: "stack" }, ...rows));
}

/** Nanoseconds since 1970 as date and time in UTC. */
function clock(wall: string): string {
  const ns = BigInt(wall);
  const date = new Date(Number(ns / 1_000_000n)).toISOString();
  return `${date.slice(0, 10)} ${date.slice(11, 19)}.${String(ns % 1_000_000_000n)
    .padStart(9, "0")
    .slice(0, 6)} UTC`;
}
