/** The panel of a function: its numbers, those of the picked frame, its callers and callees. */
import { formatCount, formatDuration, formatPercent } from "../../base/units.js";
import { statesAt } from "../data/states.js";
import { h } from "../dom.js";
import { blamePanel } from "./blame-panel.js";
import { type Relation, relationsOf } from "./relations.js";
import type { Part } from "./state.js";
import { statesOfFunction, stateTable } from "./state-table.js";
import { sortedTable } from "./table.js";

export interface PanelActions {
  /** Opens another function. */
  readonly open: (func: number) => void;
  /** Shows the function's callers and callees as graphs. */
  readonly sandwich?: (func: number) => void;
  /** Shows the function in the flame graph. */
  readonly find?: (func: number) => void;
  readonly close: () => void;
}

const within = "The time is part of that of an outer call of the same function";

/** The panel of a function; `node` is the picked frame, 0 for none. */
export function functionPanel(part: Part, func: number, node: number, actions: PanelActions): HTMLElement {
  const { model, totals, spread } = part;
  const place = model.place(func);
  const { callers, callees } = relationsOf(part.process.paths, part.process.stacks, part.spans, func);
  const buttons = [
    actions.sandwich &&
      h("button", { type: "button", click: () => actions.sandwich?.(func) }, "Callers and callees as graphs"),
    actions.find && h("button", { type: "button", click: () => actions.find?.(func) }, "Show in the flame graph"),
  ];
  const states = statesOfFunction(part, func);
  const isOnlyPath = node > 0 && part.process.paths.calls[node] === totals.calls[func];
  const many = (totals.calls[func] ?? 0) > 1;
  return h(
    "aside",
    { class: "panel", "aria-label": "Function" },
    h(
      "div",
      { class: "top" },
      h("h2", {}, h("code", {}, model.name(func))),
      h("button", { type: "button", "aria-label": "Close", click: actions.close }, "×"),
    ),
    place !== "" && h("p", { class: "faint" }, h("code", {}, place)),
    numbers([
      ["calls", formatCount(totals.calls[func])],
      ["total", `${formatDuration(totals.total[func])} · ${formatPercent(totals.total[func], part.whole)}`],
      ["self", `${formatDuration(totals.self[func])} · ${formatPercent(totals.self[func], part.whole)}`],
      ["min", many && spread ? formatDuration(spread.min[func]) : undefined],
      ["p50", many && spread ? formatDuration(spread.p50[func]) : undefined],
      ["p95", many && spread ? formatDuration(spread.p95[func]) : undefined],
      ["p99", many && spread ? formatDuration(spread.p99[func]) : undefined],
      ["max", many && spread ? formatDuration(spread.max[func]) : undefined],
      ["self a call", many ? formatDuration(totals.self[func] / totals.calls[func]) : undefined],
    ]),
    states && !isOnlyPath && stateTable(states, "Time by state"),
    ...(node > 0 ? thisPath(part, node) : []),
    h("p", { class: "buttons" }, ...buttons.filter((button) => button !== undefined)),
    ...blamePanel(part, func, actions.open),
    relationTable(part, "Callers", model.name(func), callers, actions),
    relationTable(part, "Callees", model.name(func), callees, actions),
  );
}

function numbers(list: readonly (readonly [name: string, value: string | undefined])[]): HTMLElement {
  return h(
    "dl",
    { class: "numbers" },
    ...list.flatMap(([name, value]) =>
      value === undefined ? [] : [h("div", {}, h("dt", {}, name), h("dd", {}, value))],
    ),
  );
}

/** The numbers of the picked path alone. */
function thisPath(part: Part, node: number): HTMLElement[] {
  const { paths, info, states } = part.process;
  const calls = paths.calls[node];
  const isCut = (paths.running.has(node) && info.atLeast) || paths.earlier.has(node);
  const ends = (
    [
      ["left by panic", paths.panics],
      ["left by Goexit", paths.goexits],
      ["recovered", paths.recovered],
      ["not returned", paths.running],
      ["began before they were recorded", paths.earlier],
    ] as const
  ).flatMap(([name, counts]) => (counts.has(node) ? [`${name}: ${formatCount(counts.get(node)!)}`] : []));
  const goroutines = paths.goroutines.get(node);
  const goStatement = paths.goStatement[node] < 0 ? "" : part.model.place(paths.goStatement[node]);
  return [
    h("h3", {}, "On this path"),
    numbers([
      ["calls", formatCount(calls)],
      ["total", `${isCut ? "≥ " : ""}${formatDuration(paths.total[node])}`],
      ["self", formatDuration(paths.self[node])],
      ["a call", calls > 1 ? formatDuration(paths.total[node] / calls) : undefined],
      ["goroutines", goroutines === undefined ? undefined : formatCount(goroutines)],
      ["started at", goStatement === "" ? undefined : goStatement],
      ["", ends.length > 0 ? ends.join(", ") : undefined],
    ]),
    ...(states
      ? [
          stateTable(
            { total: statesAt(states.paths.total, node), self: statesAt(states.paths.self, node) },
            "Time by state, on this path",
          ),
        ]
      : []),
  ];
}

function relationTable(
  part: Part,
  title: string,
  of: string,
  rows: readonly Relation[],
  actions: PanelActions,
): HTMLElement {
  if (rows.length === 0) return h("p", { class: "faint" }, `${title}: none`);
  const { model } = part;
  const name = ({ func, go }: Relation) => `${go ? "go " : ""}${func < 0 ? "(none that is traced)" : model.name(func)}`;
  const number = (title: string, value: (row: Relation) => number, format: (value: number) => string) => ({
    title,
    number: true,
    value,
    cell: (row: Relation) => format(value(row)),
  });
  const table = sortedTable<Relation>(
    [
      {
        title: title.toLowerCase(),
        number: false,
        value: name,
        cell: (row) =>
          row.func < 0
            ? name(row)
            : h(
                "button",
                { type: "button", class: "link", title: name(row), click: () => actions.open(row.func) },
                h("code", {}, `${row.go ? "go " : ""}${model.shortName(row.func)}`),
              ),
      },
      {
        ...number("total", (row) => row.total, formatDuration),
        cell: (row) => (row.total > 0 ? formatDuration(row.total) : h("span", { title: within }, "–")),
      },
      number("self", (row) => row.self, formatDuration),
      number("calls", (row) => row.calls, formatCount),
    ],
    { sorted: 1, caption: `${title} of ${of}` },
  );
  table.show(rows);
  return h("div", { class: "relations" }, table.element);
}
