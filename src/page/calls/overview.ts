/** The overview tab: what was traced, how complete it is, and where the time went. */
import { formatCount, formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import type { PageProcess } from "../data/calls.js";
import { h } from "../dom.js";
import { shareBar } from "./share.js";
import type { Part } from "./state.js";

const MAX = 10;

export interface OverviewActions {
  readonly openFunction: (func: number) => void;
  readonly openSection: (section: number) => void;
  readonly openProcess: (process: number) => void;
}

/** The overview of the selected part. */
export function overviewView(part: Part, process: number, actions: OverviewActions): HTMLElement {
  const { info } = part.process;
  return h(
    "section",
    { "aria-label": "Overview" },
    tally(part),
    notes(info),
    h("h2", {}, "Where the time goes"),
    h("p", { class: "faint" }, explain(part)),
    h(
      "div",
      { class: "columns" },
      ranking(part, "Functions by self time", "self", actions),
      ranking(part, "Functions by total time", "total", actions),
    ),
    info.sections.length > 0 && sections(info, actions),
    part.model.processes.length > 1 && processes(part, process, actions),
    h("h2", {}, "The process"),
    details(info, part.model.command),
  );
}

/** Explains what 100% is, and why shares may exceed it. */
function explain({ process, section }: Part): string {
  const whole = section ? "Shares are of the time of this part" : "Shares are of the wall time";
  const many = process.info.goroutines > 1 ? "; goroutines run at the same time, so they may be above 100%" : "";
  return `${whole}${many}. Time in a call that waits counts; that of goroutines that wait for work does not.`;
}

function tally(part: Part): HTMLElement {
  const { info } = part.process;
  const used = part.totals.calls.reduce((count, calls) => count + (calls > 0 ? 1 : 0), 0);
  const calls = part.totals.calls.reduce((sum, times) => sum + times, 0);
  const boxes: [string, string][] = [
    [`${info.atLeast && !part.section ? "≥ " : ""}${formatDuration(part.whole)}`, "wall time"],
    [formatCount(calls), "calls"],
    [formatCount(used), "functions"],
  ];
  if (!part.section) {
    boxes.push([formatCount(info.goroutines), "goroutines"]);
    boxes.push([formatCount(info.paths), "call paths"], [formatCount(info.events), "events"]);
  }
  return h("div", { class: "tally" }, ...boxes.map(([value, name]) => h("div", {}, h("b", {}, value), name)));
}

function notes({ notes: given, omitted }: PageProcess): HTMLElement {
  const list = [...given];
  if (omitted.paths > 0) {
    const paths = formatNumberOf(omitted.paths, "call path");
    const calls = formatNumberOf(omitted.calls, "call");
    list.push({ text: `left out of this page: ${paths} with ${calls}, those that took least`, serious: false });
  }
  const serious = list.filter((note) => note.serious);
  const rest = list.filter((note) => !note.serious);
  const items = (notes: PageProcess["notes"]) => h("ul", {}, ...notes.map(({ text }) => h("li", {}, text)));
  return h(
    "div",
    {},
    serious.length > 0
      ? h("div", { class: "note" }, h("b", { class: "warn" }, "Not all is shown"), items(serious))
      : h("p", {}, h("span", { class: "ok" }, "✓ "), "Every event was recorded, and no filter was set."),
    rest.length > 0 && h("div", { class: "remarks faint" }, items(rest)),
  );
}

function ranking(part: Part, title: string, by: "self" | "total", actions: OverviewActions): HTMLElement {
  const values = part.totals[by];
  const best = [...values.keys()].filter((func) => values[func] > 0).sort((a, b) => values[b] - values[a]);
  const rows = best.slice(0, MAX).map((func) => {
    const cell = shareBar(values[func], part.whole);
    const name = part.model.name(func);
    return h(
      "tr",
      {},
      h(
        "td",
        {},
        h(
          "button",
          { type: "button", class: "link", title: name, click: () => actions.openFunction(func) },
          h("code", {}, part.model.shortName(func)),
        ),
      ),
      h("td", { class: "number" }, cell),
      h("td", { class: "number faint" }, formatPercent(values[func], part.whole)),
    );
  });
  return h(
    "div",
    {},
    h("h3", {}, title),
    h("div", { class: "scroll" }, h("table", { class: "ranking" }, h("tbody", {}, ...rows))),
  );
}

function sections({ sections: all, total }: PageProcess, actions: OverviewActions): HTMLElement {
  const rows = [...all.entries()]
    .sort(([, a], [, b]) => b.whole - a.whole)
    .slice(0, 200)
    .map(([index, { title, whole }]) => {
      const cell = shareBar(whole, total);
      return h(
        "tr",
        {},
        h(
          "td",
          {},
          h("button", { type: "button", class: "link", click: () => actions.openSection(index) }, h("code", {}, title)),
        ),
        h("td", { class: "number" }, cell),
      );
    });
  const left = all.length - rows.length;
  return h(
    "div",
    {},
    h("h2", {}, "Tests"),
    h("div", { class: "scroll" }, h("table", { class: "ranking" }, h("tbody", {}, ...rows))),
    left > 0 && h("p", { class: "faint" }, `${formatCount(left)} shorter ones are in the list above.`),
  );
}

function processes(part: Part, current: number, actions: OverviewActions): HTMLElement {
  const rows = part.model.processes.map((each, index) =>
    h(
      "tr",
      {},
      h(
        "td",
        {},
        h(
          "button",
          {
            type: "button",
            class: "link",
            "aria-current": index === current ? "true" : undefined,
            click: () => actions.openProcess(index),
          },
          h("code", {}, each.title),
        ),
      ),
      h("td", { class: "number" }, String(each.pid)),
      h("td", { class: "number" }, formatDuration(each.total)),
      h("td", { class: "number" }, formatCount(each.calls)),
      h("td", { class: "number" }, each.exitStatus === undefined ? "" : String(each.exitStatus)),
    ),
  );
  const heads = ["process", "pid", "time", "calls", "exit code"].map((title, i) =>
    h("th", { class: i > 0 ? "number" : "" }, title),
  );
  return h(
    "div",
    {},
    h("h2", {}, "Processes"),
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows))),
  );
}

function details(info: PageProcess, command: string | undefined): HTMLElement {
  const start = new Date(info.start);
  const list: [string, string | undefined][] = [
    ["command", command],
    ["executable", info.executable],
    ["directory", info.directory],
    ["pid", String(info.pid)],
    ["started", Number.isNaN(start.getTime()) ? undefined : start.toISOString().replace("T", " ").replace("Z", " UTC")],
    ["exit code", info.exitStatus === undefined ? undefined : String(info.exitStatus)],
    ["Go", info.goVersion],
    ["platform", info.platform],
  ];
  return h(
    "dl",
    { class: "numbers" },
    ...list.flatMap(([name, value]) =>
      value ? [h("div", {}, h("dt", {}, name), h("dd", {}, h("code", {}, value)))] : [],
    ),
  );
}
