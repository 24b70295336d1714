/** The page of call traces: the selection of a process and a part, and the tabs with its views. */
import { formatCount, formatDuration, formatNumberOf } from "../../base/units.js";
import type { PageCalls } from "../data/calls.js";
import { h, select } from "../dom.js";
import { type FlameView, flameView } from "./flame-view.js";
import { functionsView } from "./functions-view.js";
import { goroutinesView } from "./goroutines-view.js";
import { CallModel, type ProcessModel } from "./model.js";
import { overviewView } from "./overview.js";
import { requestsTitle, requestsView } from "./requests-view.js";
import { type SlowestView, slowestView } from "./slowest-view.js";
import { Part } from "./state.js";

/** A view among the tabs. */
export interface Tab {
  readonly id: string;
  readonly title: string;
  /** Called when the tab is first shown. */
  readonly element: () => HTMLElement;
  /** Called for the key `/`. */
  readonly focusSearch?: () => void;
  /** The title for the current process; undefined if it has no such tab. By default, all have the tab. */
  readonly titleNow?: () => string | undefined;
}

export interface CallsView {
  readonly element: HTMLElement;
  readonly focusSearch: () => void;
  /** Moves by a number of tabs. */
  readonly step: (by: number) => void;
  /** Shows a tab by its index. */
  readonly pick: (index: number) => void;
  /** Shows a tab. @returns false if there is no such tab */
  readonly open: (id: string) => boolean;
  /** The id of the current tab. */
  readonly current: () => string;
  /** Shows a goroutine of the only process; undefined with several processes, in which numbers repeat. */
  readonly openGoroutine: ((goid: number) => void) | undefined;
}

/**
 * Reads the calls of at least one process and shows them.
 * @param others further tabs, after those of the calls
 * @param moved called with the id of the tab that is shown
 */
export async function callsView(
  calls: PageCalls,
  others: readonly Tab[],
  frame: { readonly button: HTMLElement; readonly moved: (id: string) => void },
): Promise<CallsView> {
  const model = await CallModel.read(calls);
  const loaded = new Map<number, ProcessModel>();
  let index = 0;
  let part: Part;
  let flame: FlameView | undefined;
  let current = "overview";
  let countsWaiting = calls.countsWaiting === true;
  let shownSection = -1;

  const load = async (process: number, section: number) => {
    let found = loaded.get(process);
    if (!found) {
      found = await model.process(process);
      loaded.clear();
      loaded.set(process, found);
    }
    index = process;
    shownSection = section;
    part = new Part(model, found, found.info.sections[section], countsWaiting);
    built.clear();
    flame = undefined;
    drawHead(section);
    if (!open(current)) open("overview");
  };
  const needFlame = () => {
    flame ??= flameView(part);
    return flame;
  };
  const toFlame = (act: (view: FlameView) => void) => {
    open("flame");
    act(needFlame());
  };
  const actions = {
    find: (func: number) => toFlame((view) => view.find(func)),
    sandwich: (func: number) => toFlame((view) => view.sandwich(func)),
  };
  const toGoroutine = (goid: number) => {
    open("goroutines");
    goroutines?.open(goid);
  };
  let functions: ReturnType<typeof functionsView> | undefined;
  let slowest: SlowestView | undefined;
  let goroutines: ReturnType<typeof goroutinesView> | undefined;
  // Without rows, only a tree is left of the calls.
  const withRows = (title: string) => (part.process.timelines.rows.length > 0 ? title : undefined);
  const tabs: Tab[] = [
    {
      id: "overview",
      title: "Overview",
      element: () =>
        overviewView(part, index, {
          openFunction: actions.sandwich,
          openSection: (section) => void load(index, section),
          openProcess: (process) => void load(process, -1),
        }),
    },
    {
      id: "requests",
      title: "Requests",
      titleNow: () => requestsTitle(part.process.info.requests?.kind),
      element: () =>
        requestsView(part, part.process.requests!, {
          openPath: (node) => toFlame((view) => view.zoomTo(node)),
          openGoroutine: toGoroutine,
        }),
    },
    { id: "flame", title: "Flame graph", element: () => needFlame().element, focusSearch: () => flame?.focusSearch() },
    {
      id: "functions",
      title: "Functions",
      element: () => {
        functions = functionsView(part, actions);
        return functions.element;
      },
      focusSearch: () => functions?.focusSearch(),
    },
    {
      id: "calls",
      title: "Slowest calls",
      titleNow: () => withRows("Slowest calls"),
      element: () => {
        slowest = slowestView(part, {
          openPath: (node) => toFlame((view) => view.zoomTo(node)),
          openGoroutine: toGoroutine,
        });
        return slowest.element;
      },
      focusSearch: () => slowest?.focusSearch(),
    },
    {
      id: "goroutines",
      title: "Goroutines",
      titleNow: () => withRows("Goroutines"),
      element: () => {
        goroutines = goroutinesView(part, (node) => toFlame((view) => view.zoomTo(node)));
        return goroutines.element;
      },
      focusSearch: () => goroutines?.focusSearch(),
    },
    ...others,
  ];
  const titleOf = (tab: Tab) => (tab.titleNow ? tab.titleNow() : tab.title);
  const present = () => tabs.filter((tab) => titleOf(tab) !== undefined);
  /** By tab: the element, if shown since the part changed. */
  const built = new Map<string, HTMLElement>();
  const head = h("div");
  const body = h("main", { id: "view", tabindex: -1 });
  const buttons = tabs.map((tab) =>
    h(
      "button",
      { type: "button", role: "tab", id: `tab-${tab.id}`, "aria-controls": "view", click: () => open(tab.id) },
      tab.title,
    ),
  );
  const list = h("div", { role: "tablist", class: "tabs", "aria-label": "Views" }, ...buttons);
  list.addEventListener("keydown", (event) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    step(by);
    buttons[tabs.findIndex(({ id }) => id === current)].focus();
  });

  function open(id: string): boolean {
    const tab = present().find((each) => each.id === id);
    if (!tab) return false;
    current = id;
    let element = built.get(id);
    if (!element) {
      element = tab.element();
      built.set(id, element);
    }
    for (const [i, button] of buttons.entries()) {
      const shown = tabs[i] === tab;
      button.setAttribute("aria-selected", String(shown));
      button.tabIndex = shown ? 0 : -1;
      const title = titleOf(tabs[i]);
      button.hidden = title === undefined;
      button.textContent = title ?? "";
    }
    body.replaceChildren(element);
    frame.moved(id);
    return true;
  }
  function step(by: number): void {
    const list = present();
    const at = list.findIndex(({ id }) => id === current);
    open(list[(at + by + list.length) % list.length].id);
  }
  function drawHead(section: number): void {
    const { info } = part.process;
    const { title } = info;
    document.title = `gotrace: ${title}`;
    const facts = [
      info.goVersion.replace(/^go/, "Go "),
      info.platform,
      `${info.atLeast ? "≥ " : ""}${formatDuration(info.total)}`,
      formatNumberOf(info.calls, "call"),
      formatNumberOf(info.goroutines, "goroutine"),
      ...(info.notes.length > 0 ? [formatNumberOf(info.notes.length, "remark")] : []),
    ];
    const pick = (
      list: readonly (readonly [value: string, title: string])[],
      label: string,
      now: number,
      go: (value: number) => void,
    ) => {
      const control = select(label, list, (value) => go(Number(value)));
      control.querySelector("select")!.value = String(now);
      return control;
    };
    const processes = model.processes.map(
      (process, i) => [String(i), `${process.title} (pid ${process.pid}, ${formatDuration(process.total)})`] as const,
    );
    const sections = info.sections.map(
      ({ title, whole }, i) => [String(i), `${title} (${formatDuration(whole)})`] as const,
    );
    head.replaceChildren(
      h("header", { class: "top" }, h("h1", {}, title), frame.button),
      h("p", { class: "facts" }, facts.join(" · ")),
      h(
        "div",
        { class: "filters", hidden: processes.length < 2 && sections.length === 0 && info.waits.length === 0 },
        processes.length > 1 && pick(processes, "Process", index, (value) => void load(value, -1)),
        sections.length > 0 &&
          pick(
            [["-1", `everything (${formatCount(sections.length)} parts)`], ...sections],
            "Show",
            section,
            (value) => void load(index, value),
          ),
        info.waits.length > 0 && waitingSwitch(),
      ),
    );
  }
  function waitingSwitch(): HTMLElement {
    const box = h("input", { type: "checkbox" });
    box.checked = countsWaiting;
    box.addEventListener("change", () => {
      countsWaiting = box.checked;
      void load(index, shownSection);
    });
    return h(
      "label",
      { title: "Worker loops, accept loops, listeners: open to the end in one frame" },
      box,
      " count goroutines that wait for work",
    );
  }
  await load(0, -1);
  const element = h("div", {}, h("a", { class: "skip", href: "#view" }, "Skip to the view"), head, list, body);
  return {
    element,
    step,
    open,
    pick: (at) => void (present()[at] && open(present()[at].id)),
    current: () => current,
    openGoroutine: model.processes.length === 1 ? toGoroutine : undefined,
    focusSearch: () => tabs.find(({ id }) => id === current)?.focusSearch?.(),
  };
}
