/**
 * The flame graph tab: the graph with its controls, the panel of a function, and the graphs of its callers and callees.
 */
import { formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import { EdgeKind, type Paths } from "../data/paths.js";
import { h } from "../dom.js";
import { Flame } from "./flame.js";
import { type Layout, layOut, type Order, shareOf, type Weight } from "./layout.js";
import { functionPanel } from "./panel.js";
import { calleesOf, callersOf } from "./relations.js";
import { searchFunctions } from "./search.js";
import type { Part } from "./state.js";
import { zoomButtons } from "./surface.js";
import { functionColours } from "./theme.js";

const weights: readonly (readonly [weight: Weight, title: string, meaning: string])[] = [
  ["total", "total time", "Width is the time between enter and exit; goroutines stand beside one another"],
  ["self", "self time", "Width is the self time of a frame and of all beneath it, goroutines that it started included"],
  ["calls", "calls", "Width is the number of calls of a frame and of all beneath it"],
];

export interface FlameView {
  readonly element: HTMLElement;
  readonly show: (part: Part) => void;
  readonly focusSearch: () => void;
  /** Opens a function and zooms to the node where it took longest. */
  readonly find: (func: number) => void;
  /** Zooms to a node of the process. */
  readonly zoomTo: (node: number) => void;
  readonly sandwich: (func: number) => void;
}

export function flameView(first: Part): FlameView {
  const { model } = first;
  const colours = functionColours(model);
  let part = first;
  let weight: Weight = "total";
  let order: Order = "weight";
  let upward = false;
  /** The function whose callers and callees are shown; -1 for the whole graph. */
  let middle = -1;
  let panel: { func: number; node: number } | undefined;

  const unitName = () => (weight === "calls" ? "calls" : "time");
  const unit = (value: number) => (weight === "calls" ? formatNumberOf(value, "call") : formatDuration(value));
  const flameOf = (label: string, paths: () => Paths, above: boolean | undefined, pick: (node: number) => void) =>
    new Flame({
      label,
      colours,
      share: above === undefined ? 0.66 : 0.33,
      text: (node) => textOf(paths(), node, above === true),
      describe: (node) => describe(paths(), node),
      pick,
    });
  const spawn = ({ edge, parent, func }: Paths, node: number) =>
    part.spawnWord(edge[node], parent[node] <= 0, func[node]);
  const textOf = (paths: Paths, node: number, above: boolean) => {
    const { func, edge } = paths;
    const name = model.shortName(func[node]);
    if (above) return edge[node] === EdgeKind.call ? name : `${name} (go)`;
    return `${spawn(paths, node)}${name}`;
  };
  const describe = (paths: Paths, node: number) => {
    const calls = paths.calls[node];
    const times = `total ${formatDuration(paths.total[node])}, self ${formatDuration(paths.self[node])}`;
    const share =
      middle < 0 ? `, ${formatPercent(widthOf(node), part.layout(weight, order).whole)} of the ${unitName()}` : "";
    return `${spawn(paths, node)}${model.name(paths.func[node])} · ${formatNumberOf(calls, "call")} · ${times}${share}`;
  };
  const widthOf = (node: number) => part.layout(weight, order).width[node];

  const main = flameOf(
    "Flame graph: frames below the frame that called them",
    () => part.process.paths,
    undefined,
    (node) => open(part.process.paths.func[node], node),
  );
  let calleePaths: Paths = part.process.paths;
  let callerPaths: Paths = part.process.paths;
  const callees = flameOf(
    "What the function calls, below it",
    () => calleePaths,
    false,
    (node) => open(calleePaths.func[node], 0),
  );
  const callers = flameOf(
    "Who calls the function, above it",
    () => callerPaths,
    true,
    (node) => open(callerPaths.func[node], 0),
  );

  const search = h("input", {
    type: "search",
    placeholder: "Search: regular expression",
    "aria-label": "Search functions",
  });
  const status = h("span", { class: "faint", role: "status" });
  const meaning = h("span");
  const hint = h("span", { class: "mouse" }, " A click picks a frame, Ctrl and the wheel zoom, dragging moves.");
  const weightSelect = select(
    "Width",
    weights.map(([value, title]) => [value, title]),
    (value) => {
      weight = value as Weight;
      draw();
    },
  );
  const orderSelect = select(
    "Order",
    [
      ["weight", "widest first"],
      ["start", "first called first"],
    ],
    (value) => {
      order = value as Order;
      draw();
    },
  );
  const turn = h("button", { type: "button", click: () => flip() });
  const flip = () => {
    upward = !upward;
    draw();
  };
  search.addEventListener("input", () => applySearch());
  const applySearch = () => {
    const found = searchFunctions(model, search.value, (func) => part.totals.calls[func] > 0);
    for (const each of [main, callers, callees]) {
      each.matches = found?.matches;
      each.redraw();
    }
    if (!found) {
      status.textContent = "";
      return;
    }
    const share = shareOf(part.layout(weight, order), part.spans, found.matches);
    const problem = found.problem === undefined ? "" : ` (taken literally: ${found.problem})`;
    status.textContent = `${formatNumberOf(found.functions, "function")}, ${formatPercent(share, 1)} of the ${unitName()}${problem}`;
  };

  const back = h("button", { type: "button", click: () => sandwich(-1) }, "← Whole graph");
  const title = h("h2", {});
  const bar = h("div", { class: "sandwich-bar", hidden: true }, back, title);
  const several = h("div", { class: "sandwich", hidden: true }, callers.element, callees.element);
  const side = h("div", { class: "side" });
  const graphs = h("div", { class: "graphs" }, main.element, several);
  const element = h(
    "section",
    { "aria-label": "Flame graph" },
    h(
      "div",
      { class: "filters" },
      weightSelect,
      orderSelect,
      search,
      turn,
      zoomButtons(() => (middle < 0 ? main.surface : callees.surface)),
      status,
    ),
    h("p", { class: "faint" }, meaning, hint),
    bar,
    h("div", { class: "split" }, graphs, side),
  );

  function draw(): void {
    main.element.hidden = middle >= 0;
    several.hidden = middle < 0;
    bar.hidden = middle < 0;
    turn.textContent = upward ? "Roots at the top" : "Roots at the bottom";
    turn.hidden = middle >= 0;
    meaning.textContent = `${weights.find(([value]) => value === weight)![2]}.`;
    if (middle < 0) main.show(part.layout(weight, order), upward);
    else drawSandwich();
    applySearch();
  }
  function drawSandwich(): void {
    const { paths, stacks } = part.process;
    const options = { functions: model.size, goroutines: weight !== "total" };
    calleePaths = calleesOf(paths, stacks, part.spans, middle, options);
    const below = layOut(calleePaths, [[1, calleePaths.size]], { weight, order });
    const value = part.layout(weight, order).width;
    callerPaths = callersOf(paths, stacks, part.spans, middle, { functions: model.size, value });
    const above: Layout = layOut(callerPaths, [[1, callerPaths.size]], { weight, order, widths: callerPaths.total });
    callers.show(above, true);
    callees.show(below, false);
    title.replaceChildren(
      h("code", {}, model.name(middle)),
      h("span", { class: "faint" }, ` ${unit(above.whole)}, callers above, callees below`),
    );
  }
  function sandwich(func: number): void {
    middle = func;
    draw();
    if (func >= 0) open(func, 0);
    // Graphs that were hidden have no size yet and must learn it.
    element.dispatchEvent(new CustomEvent("shown"));
  }
  function open(func: number, node: number): void {
    panel = { func, node };
    side.replaceChildren(
      functionPanel(part, func, node, {
        open: (other) => (middle < 0 ? find(other) : sandwich(other)),
        ...(middle === func ? {} : { sandwich }),
        ...(middle < 0 ? {} : { find }),
        close,
      }),
    );
    element.classList.add("with-panel");
  }
  function close(): void {
    panel = undefined;
    side.replaceChildren();
    element.classList.remove("with-panel");
  }
  function find(func: number): void {
    if (middle >= 0) sandwich(-1);
    zoomTo(part.longest(func));
  }
  function zoomTo(node: number): void {
    if (middle >= 0) sandwich(-1);
    if (node <= 0) return;
    open(part.process.paths.func[node], node);
    main.focus(node);
  }
  const show = (next: Part) => {
    const changed = next !== part || panel === undefined;
    part = next;
    if (changed) close();
    middle = -1;
    draw();
  };
  show(first);
  return { element, show, focusSearch: () => search.focus(), find, zoomTo, sandwich };
}

/** A labelled select element. */
export function select(
  label: string,
  options: readonly (readonly [value: string, title: string])[],
  change: (value: string) => void,
): HTMLElement {
  const control = h("select", {}, ...options.map(([value, title]) => h("option", { value }, title)));
  control.addEventListener("change", () => change(control.value));
  return h("label", { class: "choice" }, `${label} `, control);
}
