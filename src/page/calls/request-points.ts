/** Requests over time: a point for each, the slower the higher. */
import { formatDuration } from "../../base/units.js";
import type { PageRequests } from "../data/requests.js";
import { h } from "../dom.js";
import { type Scale, scale, ticks } from "../scale.js";
import { AXIS, drawAxis, drawGrid } from "./axis.js";
import { FONT } from "./paint.js";
import { endingOf, isSlow, momentOf, requestId } from "./request-times.js";
import type { Part } from "./state.js";
import { Surface } from "./surface.js";
import type { Theme } from "./theme.js";

const HEIGHT = 240;
/** Pixels for the durations at the left, and beyond the outermost points. */
const LEFT = 58;
const EDGE = 10;
/** From this ratio of the longest to the median on, the scale is logarithmic. */
const SPREAD = 12;
/** The farthest that the pointer may be from a point that it picks, pixels. */
const REACH = 9;
/** Radius of a point, and of one that stands out. */
const SMALL = 2;
const LARGE = 3.5;
/** With more points that stand out than this, these are smaller. */
const MANY = 300;

export interface RequestPoints {
  readonly element: HTMLElement;
  readonly surface: Surface;
  /** Shows some requests: indices by start. */
  readonly show: (requests: readonly number[]) => void;
  /** Selects a request, which is shown or not. */
  readonly choose: (request: number) => void;
}

/** @param pick called with the request that was clicked, or on which Enter was pressed */
export function requestPoints(part: Part, requests: PageRequests, pick: (request: number) => void): RequestPoints {
  const { columns } = requests;
  const { start, length, root, how } = columns;
  const readout = h("div", { class: "readout", "aria-live": "polite" });
  let shown: readonly number[] = [];
  let y: Vertical = linear(1);
  let hovered = -1;
  let selected = -1;

  const describe = (request: number) => {
    const name = part.model.name(requests.roots[root[request]].func);
    const end = endingOf(how[request]);
    const id = requestId(part, requests, request);
    const facts = [formatDuration(length[request]), `at ${momentOf(part, start[request])}`, ...(end ? [end] : [])];
    return `${id} ${name} · ${facts.join(" · ")}`;
  };
  const say = () => {
    const request = hovered >= 0 ? hovered : selected;
    readout.textContent = request < 0 ? "Requests over time" : describe(request);
  };
  const horizontal = (width: number) => {
    const { from, to } = surface.view;
    return scale(from, to, LEFT + EDGE, width - EDGE);
  };
  const nearest = (pointX: number, pointY: number) => {
    const x = horizontal(surface.width);
    let found = -1;
    let least = REACH ** 2;
    for (const request of shown) {
      const across = x(start[request]) - pointX;
      if (across > REACH) break;
      const distance = across ** 2 + (y(length[request]) - pointY) ** 2;
      if (distance > least) continue;
      least = distance;
      found = request;
    }
    return found;
  };
  const draw = (context: CanvasRenderingContext2D, theme: Theme, size: { width: number; height: number }) => {
    const { width, height } = size;
    const x = horizontal(width);
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    drawGrid(context, theme, x, height);
    drawDurations(context, theme, y, width);
    const visible = shown.filter((request) => start[request] >= x.from && start[request] <= x.to);
    const slow = visible.filter((request) => isSlow(requests, request) || how[request] !== 0);
    const taken = new Uint8Array(width * height);
    context.fillStyle = theme.link;
    for (const request of visible) {
      const [left, top] = [Math.round(x(start[request])), Math.round(y(length[request]))];
      // Hundreds of requests may share a pixel.
      if (taken[top * width + left]++ > 0) continue;
      context.fillRect(left - SMALL, top - SMALL, 2 * SMALL, 2 * SMALL);
    }
    const radius = slow.length > MANY ? SMALL + 0.5 : LARGE;
    for (const request of slow) {
      const failed = how[request] !== 0;
      mark(context, theme, { x: x(start[request]), y: y(length[request]), radius, failed });
    }
    for (const request of [selected, hovered]) {
      if (request < 0 || start[request] < x.from || start[request] > x.to) continue;
      context.strokeStyle = request === selected ? theme.focus : theme.ink;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x(start[request]), y(length[request]), LARGE + 3, 0, 2 * Math.PI);
      context.stroke();
    }
    drawAxis(context, theme, x, width);
  };
  const choose = (request: number) => {
    selected = request;
    if (request >= 0) {
      const { from, to } = surface.view;
      const at = start[request];
      if (at < from || at > to) surface.show({ from: at - (to - from) / 2, to: at + (to - from) / 2 });
    }
    say();
    surface.redraw();
  };
  /** Selects the request that comes after the selected one in an order. */
  const step = (before: (a: number, b: number) => boolean) => {
    const after = shown.filter((request) => request !== selected && before(selected, request));
    const [first, ...others] = after;
    if (first === undefined) return;
    choose(others.reduce((best, request) => (before(request, best) ? request : best), first));
  };
  const isFaster = (a: number, b: number) => length[a] < length[b] || (length[a] === length[b] && a < b);
  const keys: Record<string, () => void> = {
    ArrowUp: () => step(isFaster),
    ArrowDown: () => step((a, b) => isFaster(b, a)),
    ArrowRight: () => step((a, b) => a < b),
    ArrowLeft: () => step((a, b) => a > b),
    Enter: () => selected >= 0 && pick(selected),
  };
  const surface = new Surface({
    label: "Requests over time: up and down to slower and faster ones, left and right in time, Enter shows one",
    margin: () => LEFT,
    least: () => 1000,
    draw,
    hover: (pointX, pointY) => {
      const request = pointX === undefined ? -1 : nearest(pointX, pointY);
      if (request === hovered) return;
      hovered = request;
      surface.canvas.style.cursor = request < 0 ? "default" : "pointer";
      say();
      surface.redraw();
    },
    click: (pointX, pointY) => {
      const request = nearest(pointX, pointY);
      if (request < 0) return;
      choose(request);
      pick(request);
    },
    key: (key) => {
      keys[key]?.();
      return keys[key] !== undefined;
    },
  });
  const show = (next: readonly number[]) => {
    shown = next;
    hovered = -1;
    y = verticalOf(next.map((request) => length[request]));
    const from = start[next[0]] ?? 0;
    const to = start[next.at(-1) ?? 0] ?? 1;
    surface.setExtent({ from, to: Math.max(to, from + 1000) }, HEIGHT);
    say();
  };
  return { element: h("div", { class: "flame" }, surface.element, readout), surface, show, choose };
}

interface Mark {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly failed: boolean;
}

function mark(context: CanvasRenderingContext2D, theme: Theme, { x, y, radius, failed }: Mark): void {
  context.fillStyle = context.strokeStyle = theme.error;
  context.beginPath();
  if (failed) {
    context.lineWidth = 2;
    context.moveTo(x - radius, y - radius);
    context.lineTo(x + radius, y + radius);
    context.moveTo(x + radius, y - radius);
    context.lineTo(x - radius, y + radius);
    context.stroke();
  } else {
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fill();
  }
}

/** From durations to y coordinates, with the durations to label. */
interface Vertical {
  (duration: number): number;
  readonly labels: readonly number[];
}

function verticalOf(lengths: readonly number[]): Vertical {
  const sorted = [...lengths].sort((a, b) => a - b);
  const [least = 1, median = 1, most = 1] = [sorted[0], sorted[sorted.length >> 1], sorted.at(-1)];
  return most >= SPREAD * median ? logarithmic(Math.max(1, least), most) : linear(Math.max(1, most));
}

function linear(most: number): Vertical {
  const y = scale(0, most, HEIGHT - EDGE, AXIS + EDGE);
  return Object.assign((duration: number) => y(duration), { labels: ticks(0, most, 4) });
}

function logarithmic(least: number, most: number): Vertical {
  const [low, high] = [Math.floor(Math.log10(least)), Math.log10(most)];
  const y: Scale = scale(low, high, HEIGHT - EDGE, AXIS + EDGE);
  const labels = Array.from({ length: Math.floor(high) - low + 1 }, (_, i) => 10 ** (low + i));
  return Object.assign((duration: number) => y(Math.max(low, Math.log10(Math.max(1, duration)))), { labels });
}

function drawDurations(context: CanvasRenderingContext2D, theme: Theme, y: Vertical, width: number): void {
  context.font = FONT;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const duration of y.labels) {
    const at = Math.round(y(duration));
    context.fillStyle = theme.line;
    context.fillRect(LEFT, at, width - LEFT, 1);
    context.fillStyle = theme.faint;
    context.fillText(formatDuration(duration), LEFT - 6, at);
  }
  context.textAlign = "left";
}
