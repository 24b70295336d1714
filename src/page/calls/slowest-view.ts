/** The slowest calls tab: a table of the longest single calls of all goroutines. */
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import type { GoroutineRow } from "../data/goroutine-rows.js";
import { h } from "../dom.js";
import { searchFunctions } from "./search.js";
import type { Part } from "./state.js";
import { sortedTable } from "./table.js";

export interface SlowestView {
  readonly element: HTMLElement;
  readonly focusSearch: () => void;
}

export interface SlowestActions {
  /** Shows the path of a call. */
  readonly openPath: (node: number) => void;
  readonly openGoroutine: (goid: number) => void;
}

interface Call {
  readonly row: GoroutineRow;
  readonly node: number;
  readonly start: number;
  readonly length: number;
}

export function slowestView(part: Part, actions: SlowestActions): SlowestView {
  const { model, process } = part;
  const { paths, timelines } = process;
  const calls = callsOf(part);
  const search = h("input", { type: "search", placeholder: "Filter: function", "aria-label": "Filter calls" });
  const status = h("span", { class: "faint", role: "status" });
  const func = ({ node }: Call) => paths.func[node];
  const table = sortedTable<Call>(
    [
      {
        title: "function",
        number: false,
        value: (call) => model.shortName(func(call)),
        cell: (call) =>
          h(
            "button",
            { type: "button", class: "link", title: model.name(func(call)), click: () => actions.openPath(call.node) },
            h("code", {}, model.shortName(func(call))),
          ),
      },
      {
        title: "time",
        hint: "From enter to exit",
        number: true,
        value: ({ length }) => length,
        cell: ({ length }) => formatDuration(length),
      },
      {
        title: "began at",
        hint: "Since the start of the process",
        number: true,
        value: ({ start }) => start,
        cell: ({ start }) => formatDuration(start),
      },
      {
        title: "goroutine",
        number: true,
        value: ({ row }) => row.goid,
        cell: ({ row }) =>
          h(
            "button",
            {
              type: "button",
              class: "link",
              title: model.name(row.func),
              click: () => actions.openGoroutine(row.goid),
            },
            String(row.goid),
          ),
      },
    ],
    { sorted: 1, caption: "Slowest calls" },
  );
  const apply = () => {
    const found = searchFunctions(model, search.value, () => true);
    const shown = found ? calls.filter((call) => found.matches[func(call)] === 1) : calls;
    const least = timelines.shortest > 0 ? ` of at least ${formatDuration(timelines.shortest)}` : "";
    status.textContent = `${formatNumberOf(shown.length, "call")}${least}${found ? ` of ${formatCount(calls.length)}` : ""}`;
    table.show(shown);
  };
  search.addEventListener("input", apply);
  apply();
  const element = h(
    "section",
    { "aria-label": "Slowest calls" },
    h("div", { class: "filters" }, search, status),
    h("p", { class: "faint" }, "A click on a function shows its path in the flame graph."),
    table.element,
  );
  return { element, focusSearch: () => search.focus() };
}

/** The calls that the page has, without those that only wait for work. */
function callsOf(part: Part): Call[] {
  const { timelines } = part.process;
  return timelines.rows.flatMap((row) => {
    const { size, node, start, length } = row.spans;
    const calls: Call[] = [];
    for (let i = 0; i < size; i++) {
      if (part.waitingTimes.total.has(node[i]) || !part.has(node[i])) continue;
      calls.push({ row, node: node[i], start: start[i], length: length[i] });
    }
    return calls;
  });
}
