/** A flame graph: a canvas (surface) with the frames of a layout, with selection by pointer and keys. */
import type { StateColumns } from "../data/states.js";
import { h } from "../dom.js";
import { frameAt, type Layout } from "./layout.js";
import { type Picture, paint, ROW, rowAt, rowTop } from "./paint.js";
import { Surface } from "./surface.js";

export interface FlameOptions {
  readonly label: string;
  readonly colours: Uint8Array;
  /** The share of the window's height that it may take. */
  readonly share?: number;
  readonly text: (node: number) => string;
  /** One line about a frame, for pointers and screen readers. */
  readonly describe: (node: number) => string;
  readonly pick: (node: number) => void;
}

export class Flame {
  readonly element: HTMLElement;
  readonly surface: Surface;
  matches: Uint8Array | undefined;
  /** By node, its time in each state; undefined for the colours of functions. */
  parts: StateColumns | undefined;
  selected = 0;
  #hovered = 0;
  #layout: Layout | undefined;
  #upward = false;
  readonly #readout: HTMLElement;

  constructor(private readonly options: FlameOptions) {
    this.#readout = h("div", { class: "readout", "aria-live": "polite" });
    this.surface = new Surface({
      label: options.label,
      ...(options.share === undefined ? {} : { share: options.share }),
      least: () => (this.#layout?.whole ?? 1) / 1e9,
      draw: (context, theme, { width, height }) => {
        const picture = this.#picture(width, height);
        if (picture) paint(context, theme, picture);
      },
      hover: (x, y) => this.#hover(x === undefined ? 0 : this.#frameAt(x, y)),
      click: (x, y) => this.#click(this.#frameAt(x, y)),
      key: (key) => this.#key(key),
    });
    this.element = h("div", { class: "flame" }, this.surface.element, this.#readout);
  }

  /** Shows a layout, zoomed out. */
  show(layout: Layout, upward: boolean): void {
    this.#layout = layout;
    this.#upward = upward;
    this.#hovered = 0;
    this.selected = 0;
    const pixels = layout.rows * ROW;
    this.surface.setExtent({ from: 0, to: Math.max(layout.whole, 1e-9) }, pixels, upward ? pixels : 0);
    this.#say(0);
  }

  /** Selects a frame and makes it as wide as the canvas. */
  focus(node: number): void {
    const layout = this.#layout;
    if (!layout || node <= 0 || layout.width[node] === 0) return;
    this.selected = node;
    this.surface.show({ from: layout.x[node], to: layout.x[node] + layout.width[node] });
    this.#reveal(node);
    this.#say(node);
  }

  redraw(): void {
    this.surface.redraw();
  }

  #picture(width: number, height: number): Picture | undefined {
    const layout = this.#layout;
    if (!layout) return undefined;
    return {
      ...{ layout, width, height, view: this.surface.view, upward: this.#upward, selected: this.selected },
      ...{
        colours: this.options.colours,
        parts: this.parts,
        matches: this.matches,
        hovered: this.#hovered,
        label: this.options.text,
      },
    };
  }

  #frameAt(x: number, y: number): number {
    const picture = this.#picture(this.surface.width, this.surface.height);
    return picture ? frameAt(picture.layout, this.surface.value(x), rowAt(picture, y)) : 0;
  }

  #hover(node: number): void {
    if (node === this.#hovered) return;
    this.#hovered = node;
    this.surface.canvas.style.cursor = node > 0 ? "pointer" : "default";
    this.#say(node > 0 ? node : this.selected);
    this.redraw();
  }

  #say(node: number): void {
    this.#readout.textContent = node > 0 ? this.options.describe(node) : this.options.label;
  }

  #click(node: number): void {
    if (node <= 0) return;
    this.focus(node);
    this.options.pick(node);
  }

  #reveal(node: number): void {
    const { width, height } = this.surface;
    const picture = this.#picture(width, height);
    if (!picture) return;
    const top = rowTop(picture, picture.layout.row[node]) + this.surface.view.top;
    this.surface.reveal(top, top + ROW);
  }

  #key(key: string): boolean {
    const layout = this.#layout;
    if (!layout) return false;
    if (key === "Enter" || key === " ") {
      this.#click(this.selected);
      return true;
    }
    const next = beside(layout, this.selected, key, this.#upward);
    if (next === undefined) return false;
    if (next > 0) {
      this.selected = next;
      const { from, to } = this.surface.view;
      const [left, right] = [layout.x[next], layout.x[next] + layout.width[next]];
      if (right <= from || left >= to) {
        const middle = (left + right) / 2;
        this.surface.show({ from: middle - (to - from) / 2, to: middle + (to - from) / 2 });
      }
      this.#reveal(next);
      this.#say(next);
      this.redraw();
    }
    return true;
  }
}

/** The frame that an arrow key leads to; 0 for none, undefined for other keys. */
function beside({ first, list, above, width }: Layout, node: number, key: string, upward: boolean): number | undefined {
  const deeper = upward ? "ArrowUp" : "ArrowDown";
  const back = upward ? "ArrowDown" : "ArrowUp";
  if (![deeper, back, "ArrowLeft", "ArrowRight"].includes(key)) return undefined;
  const below = (of: number) => [...list.subarray(first[of], first[of + 1])].filter((each) => width[each] > 0);
  if (key === deeper || node === 0) return below(node)[0] ?? 0;
  if (key === back) return above[node];
  const siblings = below(above[node]);
  return siblings[siblings.indexOf(node) + (key === "ArrowLeft" ? -1 : 1)] ?? 0;
}
