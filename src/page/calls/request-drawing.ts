/** Draws the timeline of a request: states, calls, who started whom, and the critical path. */
import type { RequestDetail } from "../data/request-detail.js";
import { scale } from "../scale.js";
import { AXIS, drawAxis, drawGrid } from "./axis.js";
import { FONT, ROW } from "./paint.js";
import { BAND, type RequestItem, type RequestRow } from "./request-rows.js";
import type { Surface } from "./surface.js";
import type { Theme } from "./theme.js";

/** The least width of a call with its name, pixels. */
const LABEL = 28;

export interface RequestPicture {
  readonly detail: RequestDetail;
  readonly rows: readonly RequestRow[];
  /** By function: its colour. */
  readonly colours: Uint8Array;
  readonly nameOf: (func: number) => string;
  readonly titleOf: (row: RequestRow) => string;
  readonly hovered: RequestItem | undefined;
  readonly selected: RequestItem | undefined;
}

export function drawRequest(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { width, height, view }: Surface,
  picture: RequestPicture,
): void {
  const { detail, rows } = picture;
  const x = scale(view.from, view.to, 0, width);
  const at = (time: number) => x(time - detail.start);
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, width, height);
  drawGrid(context, theme, x, height);
  context.font = FONT;
  context.textBaseline = "middle";
  context.save();
  context.beginPath();
  context.rect(0, AXIS, width, height - AXIS);
  context.clip();
  context.translate(0, -view.top);
  drawSpawns(context, theme, rows, at);
  for (const row of rows) {
    if (row.bottom - view.top < AXIS || row.top - view.top > height) continue;
    drawStays(context, theme, row, { at, width });
    drawCalls(context, theme, row, { at, width, picture });
    drawTitle(context, theme, row, picture.titleOf(row), width);
  }
  drawPath(context, theme, picture, at);
  for (const item of [picture.hovered, picture.selected]) {
    if (item) outline(context, item === picture.selected ? theme.focus : theme.ink, item, at, width);
  }
  context.restore();
  drawAxis(context, theme, x, width);
}

type At = (time: number) => number;

/** The pixels between two times, as far as they are in the picture; undefined if none of them is. */
function range(at: At, from: number, to: number, width: number): { left: number; wide: number } | undefined {
  const left = Math.max(-1, at(from));
  const right = Math.min(width + 1, at(to));
  return right < 0 || left > width ? undefined : { left, wide: Math.max(0.7, right - left) };
}

function drawTitle(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { top }: RequestRow,
  title: string,
  width: number,
): void {
  context.fillStyle = theme.faint;
  context.fillText(shortened(context, title, width - 8), 4, top + ROW / 2);
}

function shortened(context: CanvasRenderingContext2D, text: string, room: number): string {
  const most = Math.floor(room / context.measureText("0").width);
  return text.length <= most ? text : most < 3 ? "" : `${text.slice(0, most - 1)}…`;
}

/** Lines from the goroutines that started others down to those. */
function drawSpawns(context: CanvasRenderingContext2D, theme: Theme, rows: readonly RequestRow[], at: At): void {
  const byGoid = new Map(rows.map((row) => [row.member.goid, row]));
  context.fillStyle = theme.faint;
  for (const { member, band } of rows) {
    const parent = byGoid.get(member.parent);
    if (parent === undefined || parent.band >= band) continue;
    const x = Math.round(at(member.spawned));
    context.fillRect(x, parent.band, 1, band + BAND - parent.band);
  }
}

function drawStays(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { member, band }: RequestRow,
  { at, width }: { at: At; width: number },
): void {
  let drawn = -1;
  for (const { begin, end, state } of member.stays) {
    const place = range(at, begin, end, width);
    // Skip stays within a pixel that is already drawn.
    if (place === undefined || place.left + place.wide - drawn < 0.5) continue;
    drawn = place.left + place.wide;
    context.fillStyle = theme.states[state];
    context.fillRect(place.left, band, place.wide, BAND);
  }
}

function drawCalls(
  context: CanvasRenderingContext2D,
  theme: Theme,
  { member, calls }: RequestRow,
  { at, width, picture }: { at: At; width: number; picture: RequestPicture },
): void {
  /** By level: the pixel at which the last drawn call ends. */
  const drawn = new Map<number, number>();
  for (const { func, start, end, level } of member.calls) {
    const place = range(at, start, end, width);
    if (place === undefined) continue;
    const right = place.left + place.wide;
    if (right - (drawn.get(level) ?? -1) < 0.5) continue;
    drawn.set(level, right);
    const y = calls + level * ROW;
    context.fillStyle = theme.fills[picture.colours[func]];
    context.fillRect(place.left, y, place.wide > 3 ? place.wide - 1 : place.wide, ROW - 1);
    if (place.wide < LABEL) continue;
    context.fillStyle = theme.label;
    const left = Math.max(0, place.left) + 3;
    context.fillText(shortened(context, picture.nameOf(func), right - left - 3), left, y + ROW / 2);
  }
}

/**
 * Outlines the steps of the critical path, with a line from each to the next one on another goroutine. Steps of less than
 * a pixel are left out.
 */
function drawPath(context: CanvasRenderingContext2D, theme: Theme, { detail, rows }: RequestPicture, at: At): void {
  const byGoid = new Map(rows.map((row) => [row.member.goid, row]));
  context.strokeStyle = theme.ink;
  context.lineWidth = 2;
  let last: RequestRow | undefined;
  for (const { goid, begin, end } of detail.path) {
    const row = byGoid.get(goid);
    const left = at(begin);
    const wide = at(end) - left;
    if (row === undefined || wide < 1) continue;
    context.strokeRect(left, row.band, wide, BAND);
    if (last !== undefined && last !== row) {
      context.beginPath();
      context.moveTo(left, last.band + BAND / 2);
      context.lineTo(left, row.band + BAND / 2);
      context.stroke();
    }
    last = row;
  }
}

function outline(context: CanvasRenderingContext2D, colour: string, item: RequestItem, at: At, width: number): void {
  const { row, call, stay } = item;
  const place = call ? range(at, call.start, call.end, width) : range(at, stay.begin, stay.end, width);
  if (place === undefined) return;
  const [y, high] = call ? [row.calls + call.level * ROW, ROW - 1] : [row.band, BAND];
  context.strokeStyle = colour;
  context.lineWidth = call ? 1.5 : 2;
  context.strokeRect(place.left + 0.5, y + 0.5, Math.max(1, place.wide - 2), high - 1);
}
