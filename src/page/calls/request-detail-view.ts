/** One request: its facts, the command that shows it in a terminal, its timeline and critical path. */
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import type { RequestDetail, RequestStep } from "../data/request-detail.js";
import type { PageRequests } from "../data/requests.js";
import { STATES } from "../data/states.js";
import { h } from "../dom.js";
import { requestTimeline } from "./request-timeline.js";
import { endingOf, momentOf, requestAt, requestId } from "./request-times.js";
import type { Part } from "./state.js";
import { stateLegend, swatch } from "./state-colours.js";

/** The most steps in the list of the critical path: the longest ones. */
const STEPS = 20;
/** Shorter steps, as a share of the request, are not in it. */
const SHARE = 0.005;

export interface RequestActions {
  /** Shows a path in the flame graph. */
  readonly openPath: (node: number) => void;
  readonly openGoroutine: (goid: number) => void;
  readonly openRequest: (request: number) => void;
}

export function requestDetailView(
  part: Part,
  requests: PageRequests,
  request: number,
  actions: RequestActions,
): HTMLElement {
  const { model } = part;
  const { columns, roots, details } = requests;
  const detail = details.get(request);
  const id = requestId(part, requests, request);
  const goid = columns.goid[request];
  const end = endingOf(columns.how[request]);
  const command = model.callCommand(id);
  const own = `goroutine ${goid}`;
  const isShown = part.process.timelines.rows.some((row) => row.goid === goid);
  const goroutines = detail && detail.members.filter(({ isForeign }) => !isForeign).length + detail.omitted;
  const facts: [string, string | Node | undefined][] = [
    ["took", formatDuration(columns.length[request])],
    ["began at", momentOf(part, columns.start[request])],
    [
      "on",
      isShown ? h("button", { type: "button", class: "link", click: () => actions.openGoroutine(goid) }, own) : own,
    ],
    ["end", end === "" ? undefined : end],
    ["goroutines", goroutines === undefined ? undefined : formatCount(goroutines)],
    ["in the terminal", command === undefined ? undefined : h("code", {}, command)],
  ];
  return h(
    "section",
    { "aria-label": "Request" },
    h(
      "h2",
      {},
      `${part.process.info.requests?.kind === "tests" ? "Test" : "Request"} ${id} `,
      h("code", {}, model.name(roots[columns.root[request]].func)),
    ),
    h(
      "dl",
      { class: "numbers" },
      ...facts.flatMap(([name, value]) => (value ? [h("div", {}, h("dt", {}, name), h("dd", {}, value))] : [])),
    ),
    ...(detail
      ? known(part, requests, detail, actions)
      : [
          h(
            "p",
            {},
            part.process.info.requests?.unkept
              ? "Its calls were given back while the program ran."
              : `Its calls are not in this page, which has those of the slowest.${command === undefined ? "" : " The command shows them."}`,
          ),
        ]),
  );
}

function known(
  part: Part,
  requests: PageRequests,
  detail: RequestDetail,
  actions: RequestActions,
): (HTMLElement | false)[] {
  const { element, buttons } = requestTimeline(part, detail, {
    toFlame: actions.openPath,
    openRequest: actions.openRequest,
    idOf: (request) => requestId(part, requests, request),
    requestAt: (goid, time) => requestAt(requests, goid, time),
  });
  const states = new Set(detail.members.flatMap(({ stays }) => stays.map(({ state }) => state)));
  const left = leftOut(detail);
  return [
    h("div", { class: "filters" }, buttons, stateLegend([...states].sort((a, b) => a - b))),
    element,
    left !== "" && h("p", { class: "faint" }, `Not shown: ${left}.`),
    detail.path.length > 0 && pathTable(part, detail),
  ];
}

function leftOut({ omitted, shortest, briefest, smallest }: RequestDetail): string {
  return [
    ...(omitted > 0 ? [`${formatNumberOf(omitted, "goroutine")} that began later`] : []),
    ...(shortest > 0 ? [`calls shorter than ${formatDuration(shortest)}`] : []),
    ...(briefest > 0 ? [`states that lasted less than ${formatDuration(briefest)}`] : []),
    ...(smallest > 0 ? [`steps of the critical path shorter than ${formatDuration(smallest)}`] : []),
  ].join(", ");
}

/** The critical path in words. */
function pathTable(part: Part, { start, end, path }: RequestDetail): HTMLElement {
  const steps = joined(path);
  const longest = steps.map(lengthOf).sort((a, b) => b - a);
  const least = Math.max(longest[STEPS - 1] ?? 0, SHARE * (end - start));
  const shown = steps.filter((step) => lengthOf(step) >= least);
  const hidden = steps.length - shown.length;
  const hiddenTime = steps.reduce((sum, step) => sum + (lengthOf(step) < least ? lengthOf(step) : 0), 0);
  const rows = shown.map((step) => {
    const { begin, goid, state, reason, func, place } = step;
    const name = func < 0 ? place : part.model.name(func);
    return h(
      "tr",
      {},
      h("td", { class: "number" }, formatDuration(begin - start)),
      h("td", { class: "number" }, formatDuration(lengthOf(step))),
      h("td", { class: "number" }, String(goid)),
      h("td", { title: reason }, swatch(STATES[state]), STATES[state]),
      h("td", {}, name !== "" && h("code", { title: name }, part.model.shorten(name))),
    );
  });
  const heads = ["after", "time", "goroutine", "state", "function"];
  return h(
    "div",
    {},
    h("h3", {}, `What decided that it took ${formatDuration(end - start)}: the critical path`),
    h(
      "div",
      { class: "scroll" },
      h(
        "table",
        { class: "path" },
        h("thead", {}, h("tr", {}, ...heads.map((title, i) => h("th", { class: i < 3 ? "number" : "" }, title)))),
        h("tbody", {}, ...rows),
      ),
    ),
    hidden > 0 &&
      h("p", { class: "faint" }, `${formatNumberOf(hidden, "shorter step")}, ${formatDuration(hiddenTime)} in all.`),
  );
}

const lengthOf = ({ begin, end }: RequestStep) => end - begin;

/** Steps with those that follow in the same state and function joined to them. */
function joined(path: readonly RequestStep[]): RequestStep[] {
  const list: RequestStep[] = [];
  for (const step of path) {
    const last = list.at(-1);
    const same =
      last?.goid === step.goid && last.state === step.state && last.func === step.func && last.place === step.place;
    if (last && same) list[list.length - 1] = { ...last, end: step.end };
    else list.push(step);
  }
  return list;
}
