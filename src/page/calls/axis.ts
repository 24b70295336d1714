/** Draws a time axis along the top of a canvas. */
import { type Scale, ticks, tickText } from "../scale.js";
import { FONT } from "./paint.js";
import type { Theme } from "./theme.js";

/** Height of the axis in pixels. */
export const AXIS = 22;

/** Draws the vertical grid lines. */
export function drawGrid(context: CanvasRenderingContext2D, theme: Theme, x: Scale, height: number): void {
  context.fillStyle = theme.line;
  for (const time of timesOf(x)) context.fillRect(Math.round(x(time)), AXIS, 1, height);
}

/** Draws the axis with its times, on top of what was drawn there. */
export function drawAxis(context: CanvasRenderingContext2D, theme: Theme, x: Scale, width: number): void {
  context.fillStyle = theme.sheet;
  context.fillRect(0, 0, width, AXIS - 1);
  context.fillStyle = theme.line;
  context.fillRect(0, AXIS - 1, width, 1);
  context.font = FONT;
  context.textBaseline = "middle";
  context.fillStyle = theme.faint;
  for (const time of timesOf(x)) {
    const text = tickText(time, x);
    const half = context.measureText(text).width / 2;
    context.fillText(text, Math.max(x(x.from) + 2, Math.min(width - 2 * half - 2, x(time) - half)), AXIS / 2);
  }
}

function timesOf(x: Scale): number[] {
  return ticks(x.from, x.to, Math.max(2, (x(x.to) - x(x.from)) / 130));
}
