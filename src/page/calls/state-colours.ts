/**
 * The colours of states. They are few and differ in brightness, so that those who see red and green alike can tell them
 * apart; states that are akin share a hue, and one of them is hatched. Bars of the timeline have names where there is room.
 */
import { STATES, type StateName } from "../data/states.js";
import { h } from "../dom.js";

/** Which way a hatched fill leans. */
const hatched: Partial<Record<StateName, "forth" | "back">> = {
  ...{ wait: "forth", select: "forth", unknown: "forth" },
  ...{ syscall: "back", gc: "back", other: "back" },
};
const meanings: Record<StateName, string> = {
  running: "on a processor",
  runnable: "ready, waiting for a processor",
  lock: "waiting for a Mutex or RWMutex",
  wait: "waiting for a WaitGroup, Cond or Once",
  channel: "sending to or receiving from a channel",
  select: "waiting in a select",
  network: "waiting for the network, a pipe or a terminal",
  sleep: "in time.Sleep",
  syscall: "in a system call",
  gc: "marking for the collector, or waiting for it",
  other: "any other wait",
  unknown: "not in the execution trace",
};
/** Side of the square that repeats in a hatched fill, pixels. */
const TILE = 6;

/** By index into STATES. @param get the value of a variable of the page's style */
export function stateFills(get: (name: string) => string): (string | CanvasPattern)[] {
  const hatch = get("hatch");
  return STATES.map((name) => {
    const [colour, leans] = [get(`state-${name}`), hatched[name]];
    return leans === undefined ? colour : pattern(colour, hatch, leans === "back");
  });
}

function pattern(colour: string, hatch: string, isBack: boolean): CanvasPattern | string {
  const canvas = h("canvas", { width: TILE, height: TILE });
  const context = canvas.getContext("2d")!;
  context.fillStyle = colour;
  context.fillRect(0, 0, TILE, TILE);
  context.strokeStyle = hatch;
  context.lineWidth = 1.5;
  for (const shift of [-TILE, 0, TILE]) {
    context.moveTo(shift - 1, isBack ? -1 : TILE + 1);
    context.lineTo(shift + TILE + 1, isBack ? TILE + 1 : -1);
  }
  context.stroke();
  return context.createPattern(canvas, "repeat") ?? colour;
}

/** A square in the colour of a state. */
export function swatch(name: StateName): HTMLElement {
  const square = h("i", {
    class: `swatch${name in hatched ? ` hatched ${hatched[name]}` : ""}`,
    title: meanings[name],
  });
  square.style.backgroundColor = `var(--state-${name})`;
  return square;
}

/** The names of some states beside their colours. @param states indices into STATES */
export function stateLegend(states: readonly number[]): HTMLElement {
  return h(
    "ul",
    { class: "legend", "aria-label": "Colours of states" },
    ...states.map((state) => h("li", { title: meanings[STATES[state]] }, swatch(STATES[state]), STATES[state])),
  );
}
