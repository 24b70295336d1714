/** Draws the calls of one goroutine over time, as far as they were long enough to be in the page. */
import { formatDuration } from "../../base/units.js";
import type { GoroutineRow } from "../data/goroutine-rows.js";
import { h } from "../dom.js";
import { scale } from "../scale.js";
import { AXIS, drawAxis, drawGrid } from "./axis.js";
import { FONT, ROW } from "./paint.js";
import type { Part } from "./state.js";
import { Surface } from "./surface.js";
import type { Theme } from "./theme.js";

const LABEL = 28;

/** The timeline. @param pick called with the node of a clicked call */
export function stackTimeline(part: Part, row: GoroutineRow, colours: Uint8Array, pick: (node: number) => void) {
  const { spans } = row;
  const { paths } = part.process;
  const levels = spans.level.reduce((most, level) => Math.max(most, level + 1), 1);
  const readout = h("div", { class: "readout", "aria-live": "polite" });
  let hovered = -1;
  let selected = -1;
  const name = (span: number) => part.model.name(paths.func[spans.node[span]]);
  const say = (span: number) => {
    readout.textContent =
      span < 0
        ? `Calls of goroutine ${row.goid} over time`
        : `${name(span)} · ${formatDuration(spans.length[span])} from ${formatDuration(spans.start[span])} on`;
  };
  const spanAt = (x: number, y: number) => {
    const time = surface.value(x);
    const slack = ((surface.view.to - surface.view.from) / surface.width) * 1.5;
    const level = Math.floor((y + surface.view.top - AXIS) / ROW);
    let near = -1;
    for (let i = 0; i < spans.size && spans.start[i] <= time + slack; i++) {
      if (spans.level[i] !== level) continue;
      if (spans.start[i] <= time && time < spans.start[i] + spans.length[i]) return i;
      if (Math.abs(spans.start[i] - time) <= slack) near = i;
    }
    return near;
  };
  const draw = (
    context: CanvasRenderingContext2D,
    theme: Theme,
    { width, height }: { width: number; height: number },
  ) => {
    const { from, to, top } = surface.view;
    const x = scale(from, to, 0, width);
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    drawGrid(context, theme, x, height);
    context.font = FONT;
    context.textBaseline = "middle";
    const letter = context.measureText("0").width;
    /** By level: the pixel at which the last drawn call ends. */
    const drawn = new Float64Array(levels).fill(-1);
    for (let i = 0; i < spans.size; i++) {
      const begin = spans.start[i];
      const end = begin + spans.length[i];
      const y = AXIS + spans.level[i] * ROW - top;
      if (end < from || begin > to || y > height || y + ROW < AXIS) continue;
      const left = Math.max(0, x(Math.max(begin, from)));
      const right = Math.min(width, x(Math.min(end, to)));
      // Skip calls within a pixel that is already drawn.
      if (right - drawn[spans.level[i]] < 0.5) continue;
      drawn[spans.level[i]] = right;
      const func = paths.func[spans.node[i]];
      context.fillStyle = theme.fills[colours[func]];
      const shown = Math.max(0.7, right - left);
      context.fillRect(left, y, shown > 3 ? shown - 1 : shown, ROW - 1);
      if (i === hovered || i === selected) {
        context.strokeStyle = i === selected ? theme.focus : theme.ink;
        context.strokeRect(left + 0.5, y + 0.5, Math.max(1, shown - 2), ROW - 2);
      }
      if (shown < LABEL) continue;
      const most = Math.floor((shown - 6) / letter);
      const text = part.model.shortName(func);
      context.fillStyle = theme.label;
      context.fillText(text.length <= most ? text : `${text.slice(0, most - 1)}…`, left + 3, y + ROW / 2);
    }
    drawAxis(context, theme, x, width);
  };
  const choose = (span: number) => {
    selected = span;
    say(span);
    surface.redraw();
  };
  const surface = new Surface({
    label: `Calls of goroutine ${row.goid} over time`,
    least: () => 50,
    draw,
    hover: (x, y) => {
      const span = x === undefined ? -1 : spanAt(x, y);
      if (span === hovered) return;
      hovered = span;
      say(span < 0 ? selected : span);
      surface.canvas.style.cursor = span < 0 ? "default" : "pointer";
      surface.redraw();
    },
    click: (x, y) => {
      const span = spanAt(x, y);
      if (span < 0) return;
      choose(span);
      pick(spans.node[span]);
    },
    key: (key) => {
      if (key === "Enter" && selected >= 0) pick(spans.node[selected]);
      else if (key === "ArrowRight") choose(Math.min(spans.size - 1, selected + 1));
      else if (key === "ArrowLeft") choose(Math.max(0, selected - 1));
      else return false;
      return true;
    },
  });
  say(-1);
  surface.setExtent({ from: row.start, to: row.start + Math.max(row.length, 1) }, AXIS + levels * ROW);
  return h("div", { class: "flame" }, surface.element, readout);
}
