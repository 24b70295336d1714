/** Draws the visible frames of a layout. The work depends on the number of pixels, not of paths. */
import { STATES, type StateColumns } from "../data/states.js";
import type { Layout } from "./layout.js";
import { COLOURS, type Theme } from "./theme.js";

export const ROW = 19;
/** Frames narrower than this (pixels) are drawn as one, without the frames below them. */
const MIN = 0.5;
const LABEL = 28;
export const FONT = "11px ui-monospace, 'SF Mono', Menlo, Consolas, monospace";

/** The visible part of a layout: `from` and `to` in its units, `top` in pixels scrolled past. */
interface Viewport {
  from: number;
  to: number;
  top: number;
}

export interface Picture {
  readonly layout: Layout;
  readonly view: Viewport;
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Whether the outermost frames are at the bottom. */
  readonly upward: boolean;
  /** By function: its colour. */
  readonly colours: Uint8Array;
  /** By node, its time in each state: frames are divided among them, and have no colours of functions. */
  readonly parts: StateColumns | undefined;
  /** By function: 1 if the search matches; undefined without a search. */
  readonly matches: Uint8Array | undefined;
  readonly hovered: number;
  readonly selected: number;
  /** The text on a frame. */
  readonly label: (node: number) => string;
}

const CRUMBS = COLOURS;
const DIM = COLOURS + 1;
const MATCH = COLOURS + 2;
/** The first of the colours of states. */
const PARTS = COLOURS + 3;
/** Frames narrower than this (pixels) have the colour of the state with most time. */
const DIVIDED = 3;

/** Rectangles by colour (x, y and width, three numbers each), reused for every picture. */
const buckets: number[][] = Array.from({ length: PARTS + STATES.length }, () => []);
const labelled: number[] = [];

/** The y coordinate of a row's top on the canvas. */
export function rowTop({ layout, view, upward, height }: Picture, row: number): number {
  if (!upward) return row * ROW - view.top;
  return Math.max(height, layout.rows * ROW) - (row + 1) * ROW - view.top;
}

/** The row at a y coordinate of the canvas; it may be out of range. */
export function rowAt(picture: Picture, y: number): number {
  const { layout, view, upward, height } = picture;
  return Math.floor((upward ? Math.max(height, layout.rows * ROW) - y - view.top : y + view.top) / ROW);
}

/** Draws everything. @returns the number of rectangles */
export function paint(context: CanvasRenderingContext2D, theme: Theme, picture: Picture): number {
  const { width, height } = picture;
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, width, height);
  collect(picture);
  let count = 0;
  for (const [index, bucket] of buckets.entries()) {
    if (bucket.length === 0) continue;
    context.fillStyle = fillOf(theme, index);
    for (let i = 0; i < bucket.length; i += 3) context.fillRect(bucket[i], bucket[i + 1], bucket[i + 2], ROW - 1);
    count += bucket.length / 3;
    bucket.length = 0;
  }
  labels(context, theme, picture);
  outline(context, theme.focus, picture, picture.selected, 2);
  if (picture.hovered !== picture.selected) outline(context, theme.ink, picture, picture.hovered, 1);
  return count;
}

function fillOf(theme: Theme, index: number): string | CanvasPattern {
  if (index >= PARTS) return theme.states[index - PARTS];
  return index === CRUMBS
    ? theme.crumbs
    : index === DIM
      ? theme.dim
      : index === MATCH
        ? theme.match
        : theme.fills[index];
}

/** Fills the buckets with the visible frames. */
function collect(picture: Picture): void {
  const { layout, view, width, height, colours, matches, parts } = picture;
  const { first, list, x, width: widths, row, paths } = layout;
  const scale = width / (view.to - view.from);
  const stack = [0];
  labelled.length = 0;
  for (let above = stack.pop(); above !== undefined; above = stack.pop()) {
    const end = first[above + 1];
    let at = firstVisible(layout, above, view.from);
    if (at === end) continue;
    const y = rowTop(picture, row[list[at]]);
    // Rows past the far edge are invisible, and so is everything below them; rows before the near edge lead to visible
    // ones.
    if (picture.upward ? y + ROW < 0 : y > height) continue;
    const seen = y + ROW > 0 && y < height;
    let crumbs = Number.NaN;
    let crumbsEnd = 0;
    for (; at < end; at++) {
      const node = list[at];
      if (x[node] >= view.to) break;
      const left = (x[node] - view.from) * scale;
      const wide = widths[node] * scale;
      if (wide < MIN) {
        if (seen) {
          if (Number.isNaN(crumbs)) crumbs = left;
          crumbsEnd = left + wide;
        }
        if (layout.sorted) {
          const last = list[end - 1];
          crumbsEnd = (x[last] + widths[last] - view.from) * scale;
          break;
        }
        continue;
      }
      if (seen) {
        if (!Number.isNaN(crumbs)) {
          buckets[CRUMBS].push(crumbs, y, Math.max(MIN, crumbsEnd - crumbs));
          crumbs = Number.NaN;
        }
        const from = Math.max(0, left);
        const to = Math.min(width, left + wide);
        const shown = to - from;
        const func = paths.func[node];
        const drawn = shown > 3 ? shown - 1 : shown;
        const colour = matches === undefined ? colours[func] : matches[func] === 1 ? MATCH : DIM;
        if (!parts || colour === DIM) buckets[colour].push(from, y, drawn);
        else divide(parts, node, { from, to: from + drawn, y, left, wide });
        if (shown >= LABEL) labelled.push(node, from, y, shown);
      }
      if (first[node + 1] > first[node]) stack.push(node);
    }
    if (!Number.isNaN(crumbs)) {
      const to = Math.min(width, crumbsEnd);
      if (to > crumbs) buckets[CRUMBS].push(crumbs, y, Math.max(MIN, to - crumbs));
    }
  }
}

/** Fills the buckets with the parts of a frame: those of `left` and `wide` that are visible between `from` and `to`. */
function divide(
  parts: StateColumns,
  node: number,
  { from, to, y, left, wide }: Readonly<Record<"from" | "to" | "y" | "left" | "wide", number>>,
): void {
  let sum = 0;
  let most = -1;
  for (let state = 0; state < parts.length; state++) {
    const time = parts[state]?.[node] ?? 0;
    sum += time;
    if (time > 0 && (most < 0 || time > (parts[most]?.[node] ?? 0))) most = state;
  }
  if (most < 0) buckets[CRUMBS].push(from, y, to - from);
  else if (wide < DIVIDED) buckets[PARTS + most].push(from, y, to - from);
  else {
    let begin = left;
    for (let state = 0; state < parts.length; state++) {
      const end = begin + (wide * (parts[state]?.[node] ?? 0)) / sum;
      const [visible, last] = [Math.max(from, begin), Math.min(to, end)];
      if (last > visible) buckets[PARTS + state].push(visible, y, last - visible);
      begin = end;
    }
  }
}

/** Index in `list` of the first frame below `above` that ends after `from`. */
function firstVisible({ first, list, x, width }: Layout, above: number, from: number): number {
  let low = first[above];
  let high = first[above + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[list[middle]] + width[list[middle]] > from) high = middle;
    else low = middle + 1;
  }
  return low;
}

function labels(context: CanvasRenderingContext2D, theme: Theme, picture: Picture): void {
  context.font = FONT;
  context.textBaseline = "middle";
  context.fillStyle = theme.label;
  const letter = context.measureText("0").width;
  for (let i = 0; i < labelled.length; i += 4) {
    const most = Math.floor((labelled[i + 3] - 6) / letter);
    const text = picture.label(labelled[i]);
    const shown = text.length <= most ? text : most < 3 ? "" : `${text.slice(0, most - 1)}…`;
    if (shown !== "") context.fillText(shown, labelled[i + 1] + 3, labelled[i + 2] + ROW / 2);
  }
}

function outline(context: CanvasRenderingContext2D, colour: string, picture: Picture, node: number, thick: number) {
  const { layout, view, width } = picture;
  if (node <= 0 || layout.width[node] === 0) return;
  const scale = width / (view.to - view.from);
  const left = Math.max(-2, (layout.x[node] - view.from) * scale);
  const right = Math.min(width + 2, (layout.x[node] + layout.width[node] - view.from) * scale);
  if (right < 0 || left > width) return;
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.strokeRect(left + 0.5, rowTop(picture, layout.row[node]) + 0.5, Math.max(2, right - left - 2), ROW - 2);
}
