/**
 * A frame for SVG drawings: redraws for every width, and reads values out under the pointer and with the arrow keys.
 */
import { h, s } from "../dom.js";
import type { Scale } from "../scale.js";

export interface Drawing {
  /** One sentence about what the drawing shows. */
  readonly label: string;
  /** Draws for a width in pixels; `x` is the time scale of the result. */
  readonly draw: (width: number) => { height: number; x: Scale; content: readonly SVGElement[] };
  /** Describes what is at a time; `y` is in pixels for a pointer, undefined for the keyboard. */
  readonly read: (time: number, y: number | undefined) => string;
  /** Times for the arrow keys, ascending; by default they move by a fixed step. */
  readonly stops?: () => readonly number[];
}

/** A drawing in a box, with a line for the values under the cursor. */
export function chart(drawing: Drawing): HTMLElement {
  const readout = h("div", { class: "readout", "aria-live": "polite" }, drawing.label);
  const svg = s("svg", { role: "img", "aria-label": drawing.label, tabindex: 0 });
  const cursor = s("line", { class: "cursor", y1: 0, visibility: "hidden" });
  let drawn: ReturnType<Drawing["draw"]> | undefined;
  let width = 0;
  let time: number | undefined;

  const show = (next: number | undefined, y?: number) => {
    time = next;
    if (time === undefined || !drawn) {
      cursor.setAttribute("visibility", "hidden");
      readout.textContent = drawing.label;
      return;
    }
    const at = drawn.x(time);
    cursor.setAttribute("x1", String(at));
    cursor.setAttribute("x2", String(at));
    cursor.setAttribute("visibility", "visible");
    readout.textContent = drawing.read(time, y);
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    if (drawn) show(drawn.x.invert(event.clientX - box.left), event.clientY - box.top);
  });
  svg.addEventListener("pointerleave", () => show(undefined));
  svg.addEventListener("keydown", (event) => {
    const next = drawn && moved(event.key, time, drawn.x, drawing.stops?.());
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    show(next);
  });

  const box = h("div", { class: "chart" }, svg, readout);
  new ResizeObserver(() => {
    const now = Math.floor(svg.getBoundingClientRect().width);
    if (now === width || now === 0) return;
    width = now;
    drawn = drawing.draw(width);
    svg.setAttribute("height", String(drawn.height));
    svg.setAttribute("viewBox", `0 0 ${width} ${drawn.height}`);
    cursor.setAttribute("y2", String(drawn.height));
    svg.replaceChildren(...drawn.content, cursor);
    show(time);
  }).observe(svg);
  return box;
}

/** The time that a key moves the cursor to; undefined for other keys. */
function moved(
  key: string,
  time: number | undefined,
  x: Scale,
  stops: readonly number[] | undefined,
): number | undefined {
  if (key === "Home") return x.from;
  if (key === "End") return x.to;
  if (key !== "ArrowLeft" && key !== "ArrowRight") return undefined;
  const forward = key === "ArrowRight";
  if (time === undefined) return forward ? x.from : x.to;
  if (stops) {
    const found = forward ? stops.find((stop) => stop > time) : stops.findLast((stop) => stop < time);
    return found ?? (forward ? x.to : x.from);
  }
  const step = (x.to - x.from) / 100;
  return Math.min(x.to, Math.max(x.from, time + (forward ? step : -step)));
}

/** A legend: CSS classes and their meanings. */
export function legend(entries: readonly (readonly [className: string, text: string])[]): HTMLElement {
  return h(
    "ul",
    { class: "legend" },
    ...entries.map(([className, text]) => h("li", {}, h("i", { class: className }), text)),
  );
}
