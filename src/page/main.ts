/** Entry point of the page: shows findings in execution traces, calls, or both; handles keys and the address. */
import { formatCount } from "../base/units.js";
import { type CallsView, callsView } from "./calls/view.js";
import { h } from "./dom.js";
import { Model } from "./findings/model.js";
import { type FindingsPage, findingsPage } from "./findings/view.js";

type Keys = readonly (readonly [key: string, meaning: string])[];
const findingKeys: Keys = [
  ["j", "next finding"],
  ["k", "previous finding"],
  ["Enter", "open or close it"],
  ["[ ]", "previous or next trace"],
  ["← →", "move in a chart that has the focus"],
];
const callKeys: Keys = [
  ["1 2 3 …", "a view"],
  ["arrows", "in a graph: to the frame above, below, beside"],
  ["↑ ↓ ← →", "among requests: slower, faster, before, after"],
  ["Enter", "in a graph: zoom to the frame, show its function"],
  ["+ − w s", "in a graph: zoom"],
  ["a d", "in a graph: move left and right"],
  ["0 Esc", "in a graph: show everything"],
  ["n p", "in a timeline: the next or previous wait; Enter goes to who ended it"],
  ["Ctrl + wheel", "zoom where the pointer is; a click picks, dragging moves"],
];

const model = Model.read(document);
const { calls } = model;
const page = document.getElementById("page")!;
const address = (text: string) => history.replaceState(null, "", text);
const keys: Keys = [
  ...(calls ? callKeys : []),
  ["/", calls ? "search or filter" : "filter"],
  ...(model.traces.length > 0 || !calls ? findingKeys : []),
  ["?", "this help"],
];
const help = h(
  "dialog",
  { "aria-label": "Keys" },
  h("table", {}, ...keys.map(([key, meaning]) => h("tr", {}, h("td", {}, h("kbd", {}, key)), h("td", {}, meaning)))),
  h("p", {}, h("button", { click: () => help.close() }, "Close")),
);
const button = h("button", { click: () => help.showModal() }, "Keys: ?");
const footer = h("footer", { class: "faint" }, h("p", {}, `gotrace ${model.version}`));

let findings: FindingsPage | undefined;
let view: CallsView | undefined;

/** Shows what the address names: a trace and a finding (`#0.3`) or a view of the calls (`#flame`). */
function follow(hash: string): void {
  const match = /^#(\d+)(?:\.(\d+))?$/.exec(hash);
  const finding = match?.[2] === undefined ? undefined : Number(match[2]);
  if (view) {
    view.open(match ? "findings" : hash.slice(1)) || view.open(view.current());
    if (match) findings?.show(Number(match[1]), finding);
  } else findings?.show(Number(match?.[1] ?? 0), finding);
}

async function start(): Promise<void> {
  // Save the address, because showing something changes it.
  const wanted = location.hash;
  const titled = calls === undefined;
  findings = findingsPage(model, { titled, button: titled ? button : undefined, moved: address });
  if (calls) {
    page.classList.add("wide");
    const element = () => {
      findings!.show(0);
      return findings!.element;
    };
    const focusSearch = () => findings?.list()?.focusFilter();
    const count = model.traces.reduce((sum, trace) => sum + trace.findings.length, 0);
    const tab = { id: "findings", title: `Findings (${formatCount(count)})`, element, focusSearch };
    const moved = (id: string) => address(`#${id}`);
    view = await callsView(calls, model.traces.length > 0 ? [tab] : [], { button, moved });
    // Calls and findings come from one run, so with one process on either side goroutine numbers agree.
    if (model.traces.length === 1) model.openGoroutine = view.openGoroutine;
  }
  page.replaceChildren(view?.element ?? findings.element, footer, help);
  follow(wanted);
}

document.addEventListener("keydown", (event) => {
  const target = event.target as HTMLElement;
  if (event.key === "Escape" && target instanceof HTMLInputElement) target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || help.open || /^(INPUT|SELECT)$/.test(target.tagName)) return;
  const actions: Record<string, () => void> = {
    j: () => findings?.list()?.move(1),
    k: () => findings?.list()?.move(-1),
    "/": () => (view ?? { focusSearch: () => findings?.list()?.focusFilter() }).focusSearch(),
    "[": () => findings?.step(-1),
    "]": () => findings?.step(1),
    "?": () => help.showModal(),
  };
  const number = view && /^[1-9]$/.test(event.key) ? Number(event.key) : 0;
  const action = number > 0 ? () => view?.pick(number - 1) : actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
window.addEventListener("hashchange", () => follow(location.hash));
start().catch((error: unknown) => {
  page.replaceChildren(h("p", { class: "note" }, `This page cannot be shown: ${(error as Error).message}`));
});
