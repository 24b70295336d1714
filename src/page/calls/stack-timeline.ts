/**
 * Draws the calls of one goroutine over time, as far as they were long enough to be in the page; with states a band above
 * them shows what the goroutine did.
 */
import { formatDuration } from "../../base/units.js";
import type { GoroutineRow } from "../data/goroutine-rows.js";
import { h } from "../dom.js";
import { scale } from "../scale.js";
import { AXIS, drawAxis, drawGrid } from "./axis.js";
import { FONT, ROW } from "./paint.js";
import type { Part } from "./state.js";
import { drawStays, nextWait, outlineStay, stayAt } from "./stay-bar.js";
import { stayText } from "./stay-text.js";
import { Surface } from "./surface.js";
import type { Theme } from "./theme.js";

const LABEL = 28;

/** A stay of a goroutine during which something else happened that is of interest: when it began and ended. */
export interface Moment {
  readonly from: number;
  readonly to: number;
}

export interface StackTimelineOptions {
  /** Called with the node of a clicked call. */
  readonly pick: (node: number) => void;
  /** Called with the stay that is selected in the band. */
  readonly chose: (stay: number) => void;
  /** Goes to who ended the stay. @returns false if the page does not have it */
  readonly follow: (stay: number) => boolean;
  /** What to show at first; its end is marked. */
  readonly moment?: Moment | undefined;
  /** The stay that is selected at first; -1 for none. */
  readonly stay: number;
}

/** The timeline. */
export function stackTimeline(part: Part, row: GoroutineRow, colours: Uint8Array, options: StackTimelineOptions) {
  const { pick, moment } = options;
  const { spans } = row;
  const stays = part.process.states?.stays;
  const own = stays?.rows[row.index];
  /** Rows above the calls. */
  const band = own ? 1 : 0;
  const { paths } = part.process;
  const levels = spans.level.reduce((most, level) => Math.max(most, level + 1), 1);
  const readout = h("div", { class: "readout", "aria-live": "polite" });
  let hovered = -1;
  let selected = -1;
  let hoveredStay = -1;
  let stay = options.stay;
  const name = (span: number) => part.model.name(paths.func[spans.node[span]]);
  const say = (span: number) => {
    readout.textContent =
      span < 0
        ? `Calls of goroutine ${row.goid} over time`
        : `${name(span)} · ${formatDuration(spans.length[span])} from ${formatDuration(spans.start[span])} on`;
  };
  const sayStay = (stay: number) => {
    readout.textContent = stays && own ? `goroutine ${row.goid} ${stayText(part.model, stays, own, stay)}` : "";
  };
  const sayNow = () => {
    if (hoveredStay >= 0) sayStay(hoveredStay);
    else if (hovered >= 0) say(hovered);
    else if (stay >= 0) sayStay(stay);
    else say(selected);
  };
  const slackNow = () => ((surface.view.to - surface.view.from) / surface.width) * 1.5;
  const levelAt = (y: number) => Math.floor((y + surface.view.top - AXIS) / ROW) - band;
  const bandAt = (x: number, y: number) =>
    stays && own && levelAt(y) === -1 && y >= AXIS ? stayAt(stays, own, surface.value(x), slackNow()) : -1;
  const spanAt = (x: number, y: number) => {
    const time = surface.value(x);
    const slack = slackNow();
    const level = levelAt(y);
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
      const y = AXIS + (spans.level[i] + band) * ROW - top;
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
    if (stays && own) {
      const box = {
        left: Math.max(0, x(row.start)),
        right: Math.min(width, x(row.start + row.length)),
        top: AXIS - top + 1,
        height: ROW - 4,
      };
      drawStays(context, theme, stays, own, x, box);
      if (stay >= 0) outlineStay(context, theme, own, stay, x, box);
    }
    if (moment) {
      context.fillStyle = theme.focus;
      context.fillRect(Math.round(x(moment.to)) - 1, AXIS, 2, height);
    }
    drawAxis(context, theme, x, width);
  };
  const choose = (span: number) => {
    selected = span;
    stay = -1;
    say(span);
    surface.redraw();
  };
  const chooseStay = (next: number) => {
    if (next < 0) return;
    stay = next;
    selected = -1;
    sayStay(next);
    options.chose(next);
    surface.redraw();
  };
  const surface = new Surface({
    label: `Calls of goroutine ${row.goid} over time`,
    least: () => 50,
    draw,
    hover: (x, y) => {
      const span = x === undefined ? -1 : spanAt(x, y);
      const inBand = x === undefined ? -1 : bandAt(x, y);
      if (span === hovered && inBand === hoveredStay) return;
      hovered = span;
      hoveredStay = inBand;
      sayNow();
      surface.canvas.style.cursor = span < 0 && inBand < 0 ? "default" : "pointer";
      surface.redraw();
    },
    click: (x, y) => {
      const inBand = bandAt(x, y);
      if (inBand >= 0) {
        if (!options.follow(inBand)) chooseStay(inBand);
        return;
      }
      const span = spanAt(x, y);
      if (span < 0) return;
      choose(span);
      pick(spans.node[span]);
    },
    key: (key) => {
      if (key === "Enter" && selected >= 0) pick(spans.node[selected]);
      else if (key === "Enter" && stay >= 0) options.follow(stay);
      else if (key === "ArrowRight") choose(Math.min(spans.size - 1, selected + 1));
      else if (key === "ArrowLeft") choose(Math.max(0, selected - 1));
      else if ((key === "n" || key === "p") && stays && own) {
        chooseStay(nextWait(stays, own, stay, key === "n" ? 1 : -1));
      } else return false;
      return true;
    },
  });
  surface.setExtent({ from: row.start, to: row.start + Math.max(row.length, 1) }, AXIS + (levels + band) * ROW);
  if (moment) {
    const around = Math.max((moment.to - moment.from) * 0.15, 500);
    surface.show({ from: moment.from - around, to: moment.to + around });
    for (let i = 0; i < spans.size; i++) {
      if (spans.start[i] <= moment.to && moment.to <= spans.start[i] + spans.length[i]) selected = i;
    }
  }
  sayNow();
  return h("div", { class: "flame" }, surface.element, readout);
}
