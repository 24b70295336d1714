/** A table of how times divide into states, to the nanosecond. */
import { formatPercent } from "../../base/units.js";
import { STATES } from "../data/states.js";
import { h } from "../dom.js";
import { exactTime } from "./part-states.js";
import type { Part } from "./state.js";
import { swatch } from "./state-colours.js";

/** Times by index into STATES, nanoseconds. */
interface StateTimes {
  readonly total: readonly number[];
  readonly self: readonly number[];
}

/** The times of a function's calls in a part, of nested ones only the outermost in `total`; undefined without states. */
export function statesOfFunction(part: Part, func: number): StateTimes | undefined {
  const { states, process } = part;
  if (!states) return undefined;
  const sums = { total: STATES.map(() => 0), self: STATES.map(() => 0) };
  for (const [begin, end] of part.spans) {
    for (let node = begin; node < end; node++) {
      if (process.paths.func[node] !== func) continue;
      const isOuter = process.stacks.outer[node] === 1;
      for (const state of STATES.keys()) {
        sums.self[state] += states.self[state]?.[node] ?? 0;
        if (isOuter) sums.total[state] += states.total[state]?.[node] ?? 0;
      }
    }
  }
  return sums;
}

/** The table; the rows add up exactly to the whole times. */
export function stateTable({ total, self }: StateTimes, caption: string): HTMLElement {
  const sum = (times: readonly number[]) => times.reduce((a, b) => a + b, 0);
  const [whole, wholeSelf] = [sum(total), sum(self)];
  const used = [...STATES.keys()].filter((state) => total[state] > 0 || self[state] > 0);
  const rows = used
    .sort((a, b) => total[b] - total[a])
    .map((state) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, swatch(STATES[state]), STATES[state]),
        h("td", { class: "number", title: formatPercent(total[state], whole) }, exactTime(total[state])),
        h("td", { class: "number", title: formatPercent(self[state], wholeSelf) }, exactTime(self[state])),
      ),
    );
  const cells = (tag: "th" | "td", texts: readonly string[]) =>
    texts.map((text, i) => h(tag, i > 0 ? { class: "number" } : { scope: "row" }, text));
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "states" },
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...cells("th", ["state", "total", "self"]))),
      h("tbody", {}, ...rows),
      h("tfoot", {}, h("tr", {}, ...cells("td", ["all", exactTime(whole), exactTime(wholeSelf)]))),
    ),
  );
}
