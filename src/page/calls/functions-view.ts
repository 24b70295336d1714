/** The functions tab: a table of all functions, and the panel of the selected one. */
import { formatCount, formatDuration } from "../../base/units.js";
import { h } from "../dom.js";
import { functionPanel, type PanelActions } from "./panel.js";
import { searchFunctions } from "./search.js";
import { shareBar } from "./share.js";
import type { Part } from "./state.js";
import { sortedTable, type TableColumn } from "./table.js";

export interface FunctionsView {
  readonly element: HTMLElement;
  readonly show: (part: Part) => void;
  readonly focusSearch: () => void;
}

const spreadNames = {
  min: "the shortest",
  mean: "the mean",
  p50: "the median",
  p95: "95% of the calls took no longer",
  p99: "99% of the calls took no longer",
  max: "the longest",
};

/** @param actions links from the panel to other views */
export function functionsView(first: Part, actions: Required<Pick<PanelActions, "sandwich" | "find">>): FunctionsView {
  let part = first;
  const { model } = first;
  const search = h("input", {
    type: "search",
    placeholder: "Filter: regular expression",
    "aria-label": "Filter functions",
  });
  const status = h("span", { class: "faint", role: "status" });
  const side = h("div", { class: "side" });
  const totals = () => part.totals;
  const share = (by: "total" | "self", func: number) => {
    const time = totals()[by][func];
    return shareBar(time, part.whole);
  };
  const number = (
    title: string,
    hint: string,
    value: (func: number) => number,
    cell: (func: number) => Node | string,
  ): TableColumn<number> => ({ title, hint, number: true, value, cell });
  const columns: TableColumn<number>[] = [
    {
      title: "function",
      number: false,
      value: (func) => model.shortName(func),
      cell: (func) =>
        h(
          "button",
          { type: "button", class: "link", title: model.name(func), click: () => open(func) },
          h("code", {}, model.shortName(func)),
        ),
    },
    number(
      "calls",
      "Number of calls",
      (func) => totals().calls[func],
      (func) => formatCount(totals().calls[func]),
    ),
    number(
      "total",
      "Time between enter and exit; of calls within one another, as in recursion, the outermost counts",
      (func) => totals().total[func],
      (func) => share("total", func),
    ),
    number(
      "self",
      "Time without the calls beneath",
      (func) => totals().self[func],
      (func) => share("self", func),
    ),
    number(
      "self a call",
      "Self time divided by calls",
      (func) => totals().self[func] / totals().calls[func],
      (func) => formatDuration(totals().self[func] / totals().calls[func]),
    ),
  ];
  const spread = (["min", "mean", "p50", "p95", "p99", "max"] as const).map((name) => {
    const hint = `Time of single calls: ${spreadNames[name]}`;
    const value = (func: number) => part.spread?.[name][func] ?? 0;
    return number(name, hint, value, (func) => formatDuration(value(func)));
  });
  const table = sortedTable(part.spread ? [...columns.slice(0, -1), ...spread] : columns, {
    sorted: 3,
    caption: "Functions",
  });
  const element = h(
    "section",
    { "aria-label": "Functions" },
    h("div", { class: "filters" }, search, status),
    h("div", { class: "split" }, h("div", { class: "graphs" }, table.element), side),
  );
  const apply = () => {
    const used = [...totals().calls.keys()].filter((func) => totals().calls[func] > 0);
    const found = searchFunctions(model, search.value, (func) => totals().calls[func] > 0);
    const rows = found ? used.filter((func) => found.matches[func] === 1) : used;
    const problem = found?.problem === undefined ? "" : ` (taken literally: ${found.problem})`;
    status.textContent = `${formatCount(rows.length)} of ${formatCount(used.length)} functions${problem}`;
    table.show(rows);
  };
  search.addEventListener("input", apply);
  function open(func: number): void {
    side.replaceChildren(functionPanel(part, func, 0, { ...actions, open, close }));
    element.classList.add("with-panel");
    if (side.getBoundingClientRect().top > window.innerHeight) side.scrollIntoView({ block: "start" });
  }
  function close(): void {
    side.replaceChildren();
    element.classList.remove("with-panel");
  }
  const show = (next: Part) => {
    part = next;
    close();
    apply();
  };
  show(first);
  return { element, show, focusSearch: () => search.focus() };
}
