/** Draws the stays of a goroutine as a bar in the colours of their states, and finds the stay at a place of it. */

import { type PageStays, STATES, State, type StayRow } from "../data/states.js";
import type { Scale } from "../scale.js";
import type { Theme } from "./theme.js";

/** A rectangle in pixels. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly height: number;
}

/** Times by state of the stays within one cell of a bar. */
const times = new Float64Array(STATES.length);

/**
 * Draws the part of a bar that lies in `box`. Stays of less than a pixel are drawn together: states above one another,
 * as high as their share of the time.
 */
export function drawStays(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { kinds }: PageStays,
  row: StayRow,
  x: Scale,
  box: Box,
): void {
  let from = Number.NaN;
  const flush = (to: number) => {
    if (to > from) drawCell(context, theme, { ...box, left: from, right: to });
    times.fill(0);
    from = Number.NaN;
  };
  const letter = context.measureText("0").width;
  for (let stay = firstAfter(row, x.from); stay < row.size && row.begin[stay] < x.to; stay++) {
    const left = Math.max(box.left, x(row.begin[stay]));
    const right = Math.min(box.right, x(row.begin[stay + 1]));
    if (right - left >= 1 && from < left) flush(left);
    if (Number.isNaN(from)) from = left;
    const state = kinds[row.kind[stay]]?.state;
    if (state !== undefined) times[state] += right - left;
    else addMixed(row, stay, right - left);
    if (right - from < 1) continue;
    flush(right);
    const name = state === undefined || state === State.running ? "" : STATES[state];
    if (name !== "" && right - left > (name.length + 2) * letter) {
      context.fillStyle = theme.label;
      context.fillText(name, left + letter, box.top + box.height / 2 + 0.5);
    }
  }
  if (!Number.isNaN(from)) flush(Math.min(box.right, from + 1));
}

function addMixed({ mixed, begin }: StayRow, stay: number, width: number): void {
  const share = width / (begin[stay + 1] - begin[stay]);
  for (const [state, time] of mixed.get(stay)?.times.entries() ?? []) times[state] += time * share;
}

function drawCell(context: CanvasRenderingContext2D, theme: Theme, { left, right, top, height }: Box): void {
  const sum = times.reduce((a, b) => a + b, 0);
  let y = top;
  for (let state = 0; state < times.length; state++) {
    if (times[state] === 0) continue;
    const high = (times[state] / sum) * height;
    context.fillStyle = theme.states[state];
    context.fillRect(left, y, right - left, high);
    y += high;
  }
}

/** The first stay that ends after a time. */
function firstAfter({ begin, size }: StayRow, time: number): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (begin[middle + 1] > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The stay at a time: of those within `slack` of it the longest in which the goroutine does not run; -1 for none. */
export function stayAt({ kinds }: PageStays, row: StayRow, time: number, slack: number): number {
  if (time < row.begin[0] - slack || time > row.begin[row.size] + slack) return -1;
  const exact = Math.min(row.size - 1, firstAfter(row, time));
  const length = (stay: number) => row.begin[stay + 1] - row.begin[stay];
  if (length(exact) > slack) return exact;
  let best = exact;
  const waits = (stay: number) => kinds[row.kind[stay]]?.state !== State.running;
  for (let stay = firstAfter(row, time - slack); stay < row.size && row.begin[stay] < time + slack; stay++) {
    if (waits(stay) && (!waits(best) || length(stay) > length(best))) best = stay;
  }
  return best;
}

/** The nearest stay after (`by` 1) or before (-1) a given one in which the goroutine does not run; else the given one. */
export function nextWait({ kinds }: PageStays, row: StayRow, stay: number, by: 1 | -1): number {
  for (let next = stay < 0 && by < 0 ? row.size - 1 : stay + by; next >= 0 && next < row.size; next += by) {
    const kind = kinds[row.kind[next]];
    if (kind && kind.state !== State.running && kind.state !== State.unknown) return next;
  }
  return stay;
}

/** Marks a stay in a bar that {@link drawStays} drew. */
export function outlineStay(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { begin }: StayRow,
  stay: number,
  x: Scale,
  { left, right, top, height }: Box,
): void {
  const from = Math.max(left, x(begin[stay]));
  const to = Math.min(right, x(begin[stay + 1]));
  if (to < from) return;
  context.strokeStyle = theme.focus;
  context.lineWidth = 2;
  context.strokeRect(from, top, Math.max(2, to - from), height);
  context.lineWidth = 1;
}
