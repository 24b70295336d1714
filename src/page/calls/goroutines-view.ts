/** The goroutines tab: a timeline of goroutines, and the calls of the selected one. */
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import type { GoroutineRow } from "../data/goroutine-rows.js";
import { type PageStays, STATES } from "../data/states.js";
import { h } from "../dom.js";
import { searchFunctions } from "./search.js";
import { type Moment, stackTimeline } from "./stack-timeline.js";
import type { Part } from "./state.js";
import { stateLegend } from "./state-colours.js";
import { stayText } from "./stay-text.js";
import { zoomButtons } from "./surface.js";
import { functionColours } from "./theme.js";
import { timeline } from "./timeline.js";

export interface GoroutinesView {
  readonly element: HTMLElement;
  readonly focusSearch: () => void;
  /** Shows a goroutine and its calls. @returns false if the page does not have it */
  readonly open: (goid: number) => boolean;
}

/** @param toFlame shows a node in the flame graph */
export function goroutinesView(part: Part, toFlame: (node: number) => void): GoroutinesView {
  const { model, process } = part;
  const { timelines } = process;
  const colours = functionColours(model);
  const within = part.section ? timelines.rows.filter(({ node }) => part.has(node)) : timelines.rows;
  const own = withoutWaiting(within, part);
  const waiters = within.length - own.length;
  const search = h("input", {
    type: "search",
    placeholder: "Filter: start function or number",
    "aria-label": "Filter goroutines",
  });
  const status = h("span", { class: "faint", role: "status" });
  const detail = h("div");
  const stays = process.states?.stays;
  const rows = timeline(part, colours, (row, stay) => {
    if (shown?.row === row && shown.stay === stay && stay >= 0 && follow(row, stay)) return;
    open(row, stay);
  });
  let shown: { row: GoroutineRow; stay: number } | undefined;

  const numberLink = (goid: number) =>
    timelines.rows.some((row) => row.goid === goid)
      ? h("button", { type: "button", class: "link", click: () => find(goid) }, `goroutine ${goid}`)
      : `goroutine ${goid}`;

  /** Goes to the goroutine that ended a stay, at that moment. @returns false if the page does not have it */
  function follow(row: GoroutineRow, stay: number): boolean {
    const own = stays?.rows[row.index];
    const waker = own && rowOf(own.waker[stay]);
    if (!own || !waker) return false;
    find(waker.goid, { from: own.begin[stay], to: own.begin[stay + 1] });
    detail.prepend(
      h(
        "p",
        {},
        goButton(`← goroutine ${row.goid}, which waited`, () => back(row, stay)),
      ),
    );
    return true;
  }
  const back = (row: GoroutineRow, stay: number) => {
    find(row.goid);
    open(row, stay);
  };
  const rowOf = (goid: number) => within.find((row) => row.goid === goid);
  const goButton = (text: string, click: () => void) => h("button", { type: "button", class: "link", click }, text);
  /** What the goroutine does in a stay, with a link to who ended it. */
  const stayLine = (row: GoroutineRow, stay: number): (Node | string)[] => {
    const own = stays?.rows[row.index];
    if (!stays || !own || stay < 0) return [];
    const waker = rowOf(own.waker[stay]);
    const at = `from ${formatDuration(own.begin[stay])} on: `;
    const text = `${at}${stayText(model, stays, own, stay)} `;
    return waker ? [text, goButton(`Go to goroutine ${waker.goid} at that moment`, () => follow(row, stay))] : [text];
  };

  function open(row: GoroutineRow, stay = -1, moment?: Moment): void {
    shown = { row, stay };
    const line = h("p", { "aria-live": "polite" }, ...stayLine(row, stay));
    const place = row.goStatement < 0 ? undefined : model.place(row.goStatement);
    const numbers: [string, string | Node | undefined][] = [
      ["from", formatDuration(row.start)],
      ["lived", formatDuration(row.length)],
      ["calls", formatCount(row.calls)],
      ["started by", row.parentGoid === 0 ? undefined : numberLink(row.parentGoid)],
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
      line,
      ...(row.spans.size > 0 || stays
        ? [
            stackTimeline(part, row, colours, {
              pick: toFlame,
              chose: (stay) => line.replaceChildren(...stayLine(row, stay)),
              follow: (stay) => follow(row, stay),
              moment,
              stay,
            }),
          ]
        : []),
      h(
        "p",
        { class: "faint" },
        row.spans.size > 0
          ? `${formatNumberOf(row.spans.size, "call")}${shortest(row)}. A click shows one in the flame graph.`
          : "Its calls are too short to be shown one by one.",
        stays && " A click on a wait goes to the goroutine that ended it.",
      ),
    );
  }
  const shortest = ({ spans, calls }: GoroutineRow) =>
    spans.size < calls && timelines.shortest > 0
      ? ` of ${formatCount(calls)}: those of at least ${formatDuration(timelines.shortest)}`
      : "";
  const apply = () => {
    const text = search.value.trim();
    const found = searchFunctions(model, text, () => true);
    // A search by number also finds goroutines that wait for work.
    const numbered = /^\d+$/.test(text) ? within.filter(({ goid }) => String(goid) === text) : [];
    const named = found ? own.filter(({ func }) => found.matches[func] === 1) : own;
    const shown = numbered.length > 0 ? numbered : named;
    const rest =
      waiters > 0
        ? `, without ${formatNumberOf(waiters, "goroutine")} that ${waiters === 1 ? "waits" : "wait"} for work`
        : "";
    const of = found ? ` of ${formatCount(own.length)}` : "";
    status.textContent = `${formatNumberOf(shown.length, "goroutine")}${of}${rest}`;
    rows.show(shown);
  };
  function find(goid: number, moment?: Moment): boolean {
    const row = within.find((each) => each.goid === goid);
    if (!row) return false;
    search.value = "";
    apply();
    if (!rows.choose(row)) {
      search.value = String(goid);
      apply();
      rows.choose(row);
    }
    open(row, -1, moment);
    return true;
  }
  const merged =
    stays !== undefined &&
    stays.shortest > 0 &&
    h(
      "p",
      { class: "faint" },
      `Stays in a state shorter than ${formatDuration(stays.shortest)} are merged; their times are kept.`,
    );
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
    timelines.omitted > 0 &&
      h(
        "p",
        { class: "faint" },
        `${formatNumberOf(timelines.omitted, "goroutine")} with shorter lives ${timelines.omitted === 1 ? "is" : "are"} not in this timeline.`,
      ),
    stays && stateLegend(statesOf(stays)),
    rows.element,
    merged,
    detail,
  );
  return { element, focusSearch: () => search.focus(), open: find };
}

/** The states in which any goroutine was, in the order of STATES. */
function statesOf({ kinds, rows }: PageStays): number[] {
  const mixed = rows.flatMap((row) => [...row.mixed.values()]);
  return STATES.flatMap((_, state) =>
    kinds.some((kind) => kind.state === state) || mixed.some(({ times }) => times[state] > 0) ? [state] : [],
  );
}

/** Drops the rows of goroutines that wait for work, except those with children. */
function withoutWaiting(rows: readonly GoroutineRow[], { waitingTimes }: Part): GoroutineRow[] {
  return rows.filter(
    ({ node, level }, index) => !waitingTimes.total.has(node) || (rows[index + 1]?.level ?? 0) > level,
  );
}
