/**
 * The flame graph tab: the graph with its controls, the panel of a function, and the graphs of its callers and callees.
 */
import { formatDuration, formatNumberOf, formatPercent } from "../../base/units.js";
import { EdgeKind, type Paths } from "../data/paths.js";
import { statesAt } from "../data/states.js";
import { h } from "../dom.js";
import { Flame } from "./flame.js";
import { flameControls } from "./flame-controls.js";
import { layOut, shareOf } from "./layout.js";
import { functionPanel } from "./panel.js";
import { onlyStates, partsText } from "./part-states.js";
import { calleesOf, callersOf } from "./relations.js";
import { searchFunctions } from "./search.js";
import type { Part } from "./state.js";
import { stateLegend } from "./state-colours.js";
import { zoomButtons } from "./surface.js";
import { functionColours } from "./theme.js";

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
  const controls = flameControls(first, () => draw());
  let upward = false;
  /** The function whose callers and callees are shown; -1 for the whole graph. */
  let middle = -1;
  let panel: { func: number; node: number } | undefined;

  const unit = (value: number) =>
    controls.choice.weight === "calls" ? formatNumberOf(value, "call") : formatDuration(value);
  const flameOf = (label: string, paths: () => Paths, above: boolean | undefined, pick: (node: number) => void) =>
    new Flame({
      label,
      colours,
      share: above === undefined ? 0.66 : 0.33,
      text: (node) => textOf(paths(), node, above === true),
      describe: (node) => describe(paths(), node, above),
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
  const describe = (paths: Paths, node: number, above: boolean | undefined) => {
    const calls = formatNumberOf(paths.calls[node], "call");
    const { width, whole } = part.layout(controls.choice);
    const isWhole = above === undefined;
    const of = isWhole || controls.unit === "calls" ? "" : `${controls.unit}: `;
    const times = `${of}total ${formatDuration(paths.total[node])}, self ${formatDuration(paths.self[node])}`;
    const share = isWhole ? `, ${formatPercent(width[node], whole)} of the ${controls.unit}` : "";
    const states = isWhole ? part.process.states : undefined;
    const parts = states ? ` · ${partsText(statesAt(states.paths.total, node))}` : "";
    return `${spawn(paths, node)}${model.name(paths.func[node])} · ${calls} · ${times}${share}${parts}`;
  };

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
    const share = shareOf(part.layout(controls.choice), part.spans, found.matches);
    const problem = found.problem === undefined ? "" : ` (taken literally: ${found.problem})`;
    status.textContent = `${formatNumberOf(found.functions, "function")}, ${formatPercent(share, 1)} of the ${controls.unit}${problem}`;
  };

  const legend = h("div");
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
      ...controls.elements,
      search,
      turn,
      zoomButtons(() => (middle < 0 ? main.surface : callees.surface)),
      status,
    ),
    h("p", { class: "faint" }, meaning, hint),
    legend,
    bar,
    h("div", { class: "split" }, graphs, side),
  );

  function draw(): void {
    main.element.hidden = middle >= 0;
    several.hidden = middle < 0;
    bar.hidden = middle < 0;
    turn.textContent = upward ? "Roots at the top" : "Roots at the bottom";
    turn.hidden = middle >= 0;
    meaning.textContent = controls.meaning;
    const { choice, used } = controls;
    const states = choice.colourByState ? part.states : undefined;
    legend.replaceChildren(...(states ? [stateLegend(choice.states ?? used)] : []));
    main.parts = states && onlyStates(states.total, choice.states);
    if (middle < 0) main.show(part.layout(choice), upward);
    else drawSandwich();
    applySearch();
  }
  function drawSandwich(): void {
    const { choice } = controls;
    const { stacks } = part.process;
    const paths = part.paths(choice.states);
    const parts = choice.colourByState && part.states ? onlyStates(part.states.total, choice.states) : undefined;
    const options = { functions: model.size, goroutines: choice.weight !== "total", parts };
    const below = calleesOf(paths, stacks, part.spans, middle, options);
    calleePaths = below.paths;
    callees.parts = below.parts;
    const value = part.layout(choice).width;
    const above = callersOf(paths, stacks, part.spans, middle, { functions: model.size, value, parts });
    callerPaths = above.paths;
    callers.parts = above.parts;
    const all = (paths: Paths) => [[1, paths.size]] as const;
    const calleeLayout = layOut(calleePaths, all(calleePaths), choice);
    const callerLayout = layOut(callerPaths, all(callerPaths), { ...choice, widths: callerPaths.total });
    callers.show(callerLayout, true);
    callees.show(calleeLayout, false);
    title.replaceChildren(
      h("code", {}, model.name(middle)),
      h(
        "span",
        { class: "faint" },
        ` ${unit(calleeLayout.whole)}${choice.states ? ` of ${controls.unit}` : ""}, callers above, callees below`,
      ),
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
