/**
 * A canvas that shows a range of a long axis. It scrolls vertically, and zooms and pans horizontally, by mouse, wheel,
 * touch and keyboard.
 */
import { h } from "../dom.js";
import { onSchemeChange, type Theme, themeOf } from "./theme.js";

/** A range of the axis, in its units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface SurfaceOptions {
  readonly label: string;
  /** Pixels at the left that are not part of the axis. */
  readonly margin?: (width: number) => number;
  /** The share of the window's height that it may take; two thirds by default. */
  readonly share?: number;
  /** The shortest visible range, in units of the axis. */
  readonly least: () => number;
  readonly draw: (context: CanvasRenderingContext2D, theme: Theme, size: { width: number; height: number }) => void;
  /** The pointer is at a position of the canvas; `x` is undefined when it has left. */
  readonly hover: (x: number | undefined, y: number) => void;
  readonly click: (x: number, y: number) => void;
  /** Called for keys that the surface does not handle. @returns whether the drawing handled it */
  readonly key: (key: string) => boolean;
}

const STILL = 4;
const reduced = matchMedia("(prefers-reduced-motion: reduce)");

/** See the module's comment. The owner sets the length of the axis and the height of the drawing. */
export class Surface {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  view = { from: 0, to: 1, top: 0 };
  width = 0;
  height = 0;
  #whole: Range = { from: 0, to: 1 };
  #space: HTMLElement;
  #rows = 0;
  #pending = false;
  #theme: Theme | undefined;
  #animation = 0;

  constructor(private readonly options: SurfaceOptions) {
    this.canvas = h("canvas", { tabindex: 0, role: "application", "aria-label": options.label });
    this.#space = h("div", {}, this.canvas);
    this.element = h("div", { class: "surface" }, this.#space);
    this.element.addEventListener("scroll", () => {
      this.view.top = this.element.scrollTop;
      this.redraw();
    });
    new ResizeObserver(() => this.#resize()).observe(this.element);
    onSchemeChange(() => {
      this.#theme = undefined;
      this.redraw();
    });
    window.addEventListener("resize", () => this.#resize());
    this.#listen();
  }

  /** Sets the axis and the height of the drawing in pixels, and shows the whole axis. */
  setExtent(whole: Range, pixels: number, top = 0): void {
    this.#whole = whole;
    this.#rows = pixels;
    this.#animation++;
    this.view = { from: whole.from, to: whole.to, top: 0 };
    this.#resize();
    this.element.scrollTop = top;
  }

  /** Changes the height and keeps the view. */
  setHeight(pixels: number): void {
    this.#rows = pixels;
    this.#resize();
  }

  get zoomed(): boolean {
    return this.view.from > this.#whole.from || this.view.to < this.#whole.to;
  }

  redraw(): void {
    if (this.#pending) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#draw();
    });
  }

  /** Goes to a range, with an animation unless the user prefers reduced motion. */
  show(range: Range): void {
    const to = this.#clamped(range);
    const { from: startFrom, to: startTo } = this.view;
    const animation = ++this.#animation;
    if (reduced.matches) {
      Object.assign(this.view, to);
      this.redraw();
      return;
    }
    const began = performance.now();
    const step = (now: number) => {
      if (animation !== this.#animation) return;
      const t = Math.min(1, Math.max(0, (now - began) / 160));
      const eased = 1 - (1 - t) ** 3;
      this.view.from = startFrom + (to.from - startFrom) * eased;
      this.view.to = startTo + (to.to - startTo) * eased;
      if (t === 1) Object.assign(this.view, to);
      this.#draw();
      if (t < 1) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  reset(): void {
    this.show(this.#whole);
  }

  /** Zooms by a factor around a pixel, the middle by default. */
  zoom(factor: number, pixel = (this.width + this.#margin) / 2): void {
    const { from, to } = this.view;
    const at = this.value(pixel);
    this.#jump({ from: at - (at - from) * factor, to: at + (to - at) * factor });
  }

  pan(pixels: number): void {
    const move = (pixels / (this.width - this.#margin)) * (this.view.to - this.view.from);
    this.#jump({ from: this.view.from + move, to: this.view.to + move });
  }

  /** The position on the axis of a pixel. */
  value(pixel: number): number {
    const { from, to } = this.view;
    return from + ((pixel - this.#margin) / (this.width - this.#margin)) * (to - from);
  }

  /** Scrolls so that these pixels of the drawing are visible. */
  reveal(top: number, bottom: number): void {
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    else if (bottom > this.element.scrollTop + this.height) this.element.scrollTop = bottom - this.height;
  }

  get #margin(): number {
    return this.options.margin?.(this.width) ?? 0;
  }

  #clamped({ from, to }: Range): Range {
    const { from: first, to: last } = this.#whole;
    const length = Math.min(last - first, Math.max(to - from, Math.min(last - first, this.options.least())));
    const start = Math.min(Math.max((from + to - length) / 2, first), last - length);
    return { from: start, to: start + length };
  }

  #jump(range: Range): void {
    this.#animation++;
    Object.assign(this.view, this.#clamped(range));
    this.redraw();
  }

  #resize(): void {
    const width = Math.floor(this.element.clientWidth);
    if (width === 0) return;
    const most = Math.max(160, Math.floor(window.innerHeight * (this.options.share ?? 0.66)));
    const height = Math.max(60, Math.min(this.#rows, most));
    this.#space.style.height = `${Math.max(height, this.#rows)}px`;
    this.element.style.height = `${height}px`;
    const ratio = window.devicePixelRatio || 1;
    if (width !== this.width || height !== this.height || this.canvas.width !== Math.round(width * ratio)) {
      this.width = width;
      this.height = height;
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    this.#draw();
  }

  #draw(): void {
    if (this.width === 0) return;
    const context = this.canvas.getContext("2d", { alpha: false })!;
    this.#theme ??= themeOf(document.body);
    const ratio = this.canvas.width / this.width;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.options.draw(context, this.#theme, this);
  }

  #listen(): void {
    const { canvas } = this;
    let start: { x: number; y: number; top: number; last: number } | undefined;
    let moved = false;
    const at = (event: PointerEvent | WheelEvent) => {
      const box = canvas.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      const { x, y } = at(event);
      start = { x, y, top: this.element.scrollTop, last: x };
      moved = false;
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      const { x, y } = at(event);
      if (!start) {
        this.options.hover(x, y);
        return;
      }
      if (!moved && Math.hypot(x - start.x, y - start.y) < STILL) return;
      moved = true;
      this.pan(start.last - x);
      start.last = x;
      // Touch scrolls natively (touch-action in the style).
      if (event.pointerType === "mouse") this.element.scrollTop = start.top + start.y - y;
    });
    canvas.addEventListener("pointerup", (event) => {
      const { x, y } = at(event);
      if (start && !moved) this.options.click(x, y);
      start = undefined;
    });
    canvas.addEventListener("pointercancel", () => {
      start = undefined;
    });
    canvas.addEventListener("pointerleave", () => {
      if (!start) this.options.hover(undefined, 0);
    });
    canvas.addEventListener(
      "wheel",
      (event) => {
        const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
        if (event.ctrlKey || event.metaKey || event.altKey) {
          event.preventDefault();
          this.zoom(Math.exp(Math.max(-60, Math.min(60, event.deltaY * pixels)) * 0.006), at(event).x);
        } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          event.preventDefault();
          this.pan((event.deltaX || event.deltaY) * pixels);
        }
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const own: Record<string, () => void> = {
        "+": () => this.zoom(0.7),
        "=": () => this.zoom(0.7),
        "-": () => this.zoom(1 / 0.7),
        w: () => this.zoom(0.7),
        s: () => this.zoom(1 / 0.7),
        a: () => this.pan(-this.width / 10),
        d: () => this.pan(this.width / 10),
        "0": () => this.reset(),
        Escape: () => this.reset(),
      };
      const action = own[event.key];
      action?.();
      if (!action && !this.options.key(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
    });
  }
}

/** Zoom buttons, for devices without a wheel. */
export function zoomButtons(surface: () => Surface): HTMLElement {
  const button = (text: string, name: string, act: () => void) =>
    h("button", { type: "button", "aria-label": name, title: name, click: act }, text);
  return h(
    "span",
    { class: "buttons" },
    button("−", "zoom out", () => surface().zoom(1 / 0.6)),
    button("+", "zoom in", () => surface().zoom(0.6)),
    button("Reset", "show everything", () => surface().reset()),
  );
}
