/** Goroutines over time, and the calls of the one that is looked at. */
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import type { LifeRow } from "../../render/call-lives.js";
import { h } from "../dom.js";
import { searchFunctions } from "./search.js";
import { stackTimeline } from "./stack-timeline.js";
import type { Part } from "./state.js";
import { zoomButtons } from "./surface.js";
import { functionColours } from "./theme.js";
import { timeline } from "./timeline.js";

export interface GoroutinesView {
  readonly element: HTMLElement;
  readonly focusSearch: () => void;
}

/** @param toFlame shows a node in the flame graph */
export function goroutinesView(part: Part, toFlame: (node: number) => void): GoroutinesView {
  const { model, process } = part;
  const { lives } = process;
  const colours = functionColours(model);
  const inside = ({ node }: LifeRow) => part.spans.some(([begin, end]) => node >= begin && node < end);
  const own = part.section ? lives.rows.filter(inside) : lives.rows;
  const search = h("input", {
    type: "search",
    placeholder: "Filter: start function",
    "aria-label": "Filter goroutines",
  });
  const status = h("span", { class: "faint", role: "status" });
  const detail = h("div");
  const rows = timeline(part, colours, (row) => open(row));

  function open(row: LifeRow): void {
    const place = row.site < 0 ? undefined : model.place(row.site);
    const numbers: [string, string | undefined][] = [
      ["from", formatDuration(row.start)],
      ["lived", formatDuration(row.length)],
      ["calls", formatCount(row.calls)],
      ["started by", row.parentGoid === 0 ? undefined : `goroutine ${row.parentGoid}`],
      ["at", place],
    ];
    detail.replaceChildren(
      h("h2", {}, `Goroutine ${row.goid} `, h("code", {}, model.name(row.func))),
      h(
        "dl",
        { class: "numbers" },
        ...numbers.flatMap(([name, value]) => (value ? [h("div", {}, h("dt", {}, name), h("dd", {}, value))] : [])),
      ),
      h(
        "p",
        { class: "buttons" },
        row.node > 0 && h("button", { type: "button", click: () => toFlame(row.node) }, "Show in the flame graph"),
      ),
      ...(row.spans.size > 0
        ? [
            stackTimeline(part, row, colours, toFlame),
            h(
              "p",
              { class: "faint" },
              `${formatNumberOf(row.spans.size, "call")}${shortest(row)}. A click shows one in the flame graph.`,
            ),
          ]
        : [h("p", { class: "faint" }, "Its calls are too short to be shown one by one.")]),
    );
  }
  const shortest = ({ spans, calls }: LifeRow) =>
    spans.size < calls && lives.shortest > 0
      ? ` of ${formatCount(calls)}: those of at least ${formatDuration(lives.shortest)}`
      : "";
  const apply = () => {
    const found = searchFunctions(model, search.value, () => true);
    const shown = found ? own.filter(({ func }) => found.matches[func] === 1) : own;
    status.textContent = `${formatNumberOf(shown.length, "goroutine")}${found ? ` of ${formatCount(own.length)}` : ""}`;
    rows.show(shown);
  };
  search.addEventListener("input", apply);
  apply();
  const element = h(
    "section",
    { "aria-label": "Goroutines" },
    h(
      "div",
      { class: "filters" },
      search,
      zoomButtons(() => rows.surface),
      status,
    ),
    lives.omitted > 0 &&
      h(
        "p",
        { class: "faint" },
        `${formatNumberOf(lives.omitted, "goroutine")} with shorter lives ${lives.omitted === 1 ? "is" : "are"} not in this timeline.`,
      ),
    rows.element,
    detail,
  );
  return { element, focusSearch: () => search.focus() };
}
