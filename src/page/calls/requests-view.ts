/** The requests tab: numbers by function, requests over time, the slowest ones, and one of them in detail. */
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import type { PackedRequests, PageRequests, RequestRoot } from "../data/requests.js";
import { STATES } from "../data/states.js";
import { h } from "../dom.js";
import { type RequestActions, requestDetailView } from "./request-detail-view.js";
import { requestPoints } from "./request-points.js";
import { clockTime, endingOf, requestId } from "./request-times.js";
import type { Part } from "./state.js";
import { zoomButtons } from "./surface.js";
import { sortedTable } from "./table.js";

/** The most requests in the list of the slowest. */
const LISTED = 200;
/** A difference of states below this share of the whole difference is not shown. */
const SHARE = 0.1;

/** The title of the tab; undefined if there are no requests. */
export function requestsTitle(kind: PackedRequests["kind"] | undefined): string | undefined {
  return kind && { named: "Requests", handlers: "Requests", tests: "Tests", callbacks: "Requests" }[kind];
}

/** What the view calls a request. */
function nounOf({ process }: Part): string {
  return process.info.requests?.kind === "tests" ? "test" : "request";
}

/** @param requests those of the part's process */
export function requestsView(
  part: Part,
  requests: PageRequests,
  actions: Omit<RequestActions, "openRequest">,
): HTMLElement {
  const { roots, columns } = requests;
  const { info } = part.process;
  const status = h("span", { class: "faint", role: "status" });
  const detail = h("div");
  /** The function whose requests are shown, an index into the roots; -1 for all. */
  let only = -1;

  const open = (request: number) => {
    points.choose(request);
    detail.replaceChildren(requestDetailView(part, requests, request, { ...actions, openRequest: open }));
  };
  const points = requestPoints(part, requests, open);
  const table = rootTable(part, requests, (root) => {
    only = only === root ? -1 : root;
    apply();
  });
  const slowest = slowestTable(part, requests, open);
  const all = h(
    "button",
    {
      type: "button",
      click: () => {
        only = -1;
        apply();
      },
    },
    "All functions",
  );
  const apply = () => {
    const shown = [...columns.start.keys()].filter((request) => only < 0 || columns.root[request] === only);
    const name = only < 0 ? "" : ` of ${part.model.shortName(roots[only].func)}`;
    status.textContent = `${formatNumberOf(shown.length, nounOf(part))}${name}`;
    all.hidden = only < 0;
    table.mark(only);
    points.show(shown);
    const bySlowness = shown.sort((a, b) => columns.length[b] - columns.length[a]).slice(0, LISTED);
    slowest.show(bySlowness);
    if (bySlowness.length > 0) open(bySlowness[0]);
  };
  table.show();
  apply();
  return h(
    "section",
    { "aria-label": "Requests" },
    ...remarks(info.requests!, columns.size, part).map((text) => h("p", { class: "faint" }, text)),
    roots.length > 0 && table.element,
    h("h2", {}, "Over time"),
    h(
      "div",
      { class: "filters" },
      zoomButtons(() => points.surface),
      all,
      status,
      legend(),
    ),
    points.element,
    detail,
    h("h2", {}, "The slowest"),
    slowest.element,
  );
}

function remarks({ kind, guessed, count, unkept }: PackedRequests, shown: number, part: Part): string[] {
  const what = {
    handlers:
      "A request is a call of a handler by a server that is not traced. A click on a function shows its requests alone.",
    named: "A request is a call of a function of --root. A click on a function shows its requests alone.",
    callbacks:
      "Requests are guessed: calls on goroutines of modules that are not traced. A click on a function shows its requests alone.",
    tests: "Tests and subtests, by function. A click on a function shows its calls alone.",
  }[kind];
  const guess =
    "They are guessed: calls on goroutines that untraced code started. Recorded with --states, they are known.";
  return [
    `${what}${kind === "handlers" && guessed ? ` ${guess}` : ""}`,
    ...(part.section ? ["These are those of the whole process."] : []),
    ...(shown < count
      ? [
          `The page has ${formatCount(shown)} of ${formatCount(count)} ${nounOf(part)}s: the slowest${unkept ? "" : ", and a random sample of the others"}. The numbers are those of all.`,
        ]
      : []),
    ...(unkept ? ["Single calls were given back while the program ran: --save FILE keeps them.", ...unkept] : []),
  ];
}

function legend(): HTMLElement {
  const item = (mark: string, name: string, text: string) =>
    h("li", {}, h("b", { class: name, "aria-hidden": "true" }, mark), ` ${text}`);
  return h(
    "ul",
    { class: "legend", "aria-label": "Points" },
    item("■", "request", "usual"),
    item("●", "error", "slower than 95% of its function"),
    item("✕", "error", "panicked or did not return"),
  );
}

const number = <Row>(title: string, value: (row: Row) => number, format: (value: number) => string) => ({
  title,
  number: true,
  value,
  cell: (row: Row) => format(value(row)),
});

/** Numbers by function. @param pick called with the index of the root that was clicked */
function rootTable(part: Part, { roots }: PageRequests, pick: (root: number) => void) {
  const { model } = part;
  const buttons = new Map<number, HTMLElement>();
  let marked = -1;
  const isCompared = roots.some(({ slow }) => slow !== undefined);
  const nameCell = (root: RequestRoot) => {
    const index = roots.indexOf(root);
    const name = h("code", {}, model.shortName(root.func));
    const button = h("button", { type: "button", class: "link", click: () => pick(index) }, name);
    button.title = model.name(root.func);
    button.setAttribute("aria-pressed", String(index === marked));
    buttons.set(index, button);
    return button;
  };
  const table = sortedTable<RequestRoot>(
    [
      { title: "function", number: false, value: ({ func }) => model.shortName(func), cell: nameCell },
      number(`${nounOf(part)}s`, ({ count }) => count, formatCount),
      ...(["p50", "p95", "p99", "max"] as const).map((name) =>
        number<RequestRoot>(name, (root) => root[name], formatDuration),
      ),
      ...(isCompared
        ? [
            {
              title: "the slow have more",
              hint: "The slowest tenth against the others: mean time in each state",
              number: false,
              value: (root: RequestRoot) => -differenceOf(root).reduce((sum, { time }) => sum + time, 0),
              cell: differenceCell,
            },
          ]
        : []),
    ],
    { sorted: 5, caption: "Requests by function" },
  );
  const mark = (root: number) => {
    marked = root;
    for (const [index, button] of buttons) button.setAttribute("aria-pressed", String(index === root));
  };
  return { element: table.element, show: () => table.show(roots), mark };
}

function differenceCell(root: RequestRoot): Node {
  const parts = differenceOf(root);
  const whole = parts.reduce((sum, { time }) => sum + time, 0);
  const shown = parts.filter(({ time }) => time >= SHARE * whole).sort((a, b) => b.time - a.time);
  const text = shown.map(({ state, time }) => `${STATES[state]} +${formatDuration(time)}`).join(", ");
  return h("span", { class: "text" }, text);
}

/** What the slowest tenth spend more time on than the others. */
function differenceOf({ slow, usual }: RequestRoot): { state: number; time: number }[] {
  if (slow === undefined || usual === undefined) return [];
  return slow.map((time, state) => ({ state, time: time - usual[state] })).filter(({ time }) => time > 0);
}

const endColumn = (how: Uint8Array) => ({
  title: "end",
  number: false,
  value: (request: number) => how[request],
  cell: (request: number) => endingOf(how[request]),
});

/** @param pick called with the request that was clicked */
function slowestTable(part: Part, requests: PageRequests, pick: (request: number) => void) {
  const { columns, roots } = requests;
  const { model } = part;
  const func = (request: number) => roots[columns.root[request]].func;
  return sortedTable<number>(
    [
      {
        title: nounOf(part),
        number: false,
        value: (request) => model.shortName(func(request)),
        cell: (request) =>
          h(
            "button",
            { type: "button", class: "link", title: model.name(func(request)), click: () => pick(request) },
            h("code", {}, `${requestId(part, requests, request)} ${model.shortName(func(request))}`),
          ),
      },
      number("time", (request) => columns.length[request], formatDuration),
      number("began at", (request) => columns.start[request], formatDuration),
      {
        title: "clock",
        hint: "Time of day at which it began",
        number: true,
        value: (request) => columns.start[request],
        cell: (request) => clockTime(part, columns.start[request]) ?? "",
      },
      ...(columns.how.some((how) => how > 0) ? [endColumn(columns.how)] : []),
    ],
    { sorted: 1, caption: `Slowest ${nounOf(part)}s` },
  );
}
