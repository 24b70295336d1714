/**
 * The timeline of goroutines: a row each, beneath its parent's, with a bar from its first event to its last. With states
 * the bar shows them.
 */
import { formatDuration, formatNumberOf } from "../../base/units.js";
import type { GoroutineRow } from "../data/goroutine-rows.js";
import { h } from "../dom.js";
import { type Scale, scale } from "../scale.js";
import { AXIS, drawAxis, drawGrid } from "./axis.js";
import { FONT, ROW } from "./paint.js";
import type { Part } from "./state.js";
import { drawStays, nextWait, outlineStay, stayAt } from "./stay-bar.js";
import { stayText } from "./stay-text.js";
import { Surface } from "./surface.js";
import type { Theme } from "./theme.js";

const INDENT = 12;

export interface Timeline {
  readonly element: HTMLElement;
  readonly surface: Surface;
  /** Shows some rows of the process. */
  readonly show: (rows: readonly GoroutineRow[]) => void;
  /** Selects a row and scrolls to it. @returns false if the row is not shown */
  readonly choose: (row: GoroutineRow) => boolean;
}

/** @param pick called with the clicked row, and with the stay in it; -1 for none */
export function timeline(part: Part, colours: Uint8Array, pick: (row: GoroutineRow, stay: number) => void): Timeline {
  const { model } = part;
  const stays = part.process.states?.stays;
  const readout = h("div", { class: "readout", "aria-live": "polite" });
  const label = "Goroutines over time, each below the one that started it";
  const folded = new Set<number>();
  let all: readonly GoroutineRow[] = [];
  /** The rows that are not beneath a folded one. */
  let rows: readonly GoroutineRow[] = [];
  let parents = new Set<number>();
  let hovered = -1;
  let hoveredStay = -1;
  let selected = -1;
  let selectedStay = -1;

  const margin = (width: number) => Math.min(300, Math.floor(width * 0.36));
  const nameOf = ({ func, goid, edge, level }: GoroutineRow, letters: number) => {
    const name = `${part.spawnWord(edge, level === 0, func)}${model.shortName(func)}`;
    const number = ` · ${goid}`;
    const room = Math.max(1, letters - number.length);
    return `${name.length <= room ? name : `${name.slice(0, room - 1)}…`}${number}`;
  };
  const describe = (row: GoroutineRow) => {
    const place = row.goStatement < 0 ? "" : ` at ${model.place(row.goStatement)}`;
    const by = row.parentGoid === 0 ? "" : ` · started by goroutine ${row.parentGoid}${place}`;
    const life = `${formatDuration(row.length)} from ${formatDuration(row.start)} on`;
    return `goroutine ${row.goid} ${model.name(row.func)} · ${life} · ${formatNumberOf(row.calls, "call")}${by}`;
  };
  const say = (index: number, stay = -1) => {
    const row = rows[index];
    const does = row && stays && stay >= 0 ? stayText(model, stays, stays.rows[row.index], stay) : "";
    readout.textContent = !row ? label : does === "" ? describe(row) : `goroutine ${row.goid} ${does}`;
  };
  const stayAtPixel = (index: number, pixel: number) => {
    const row = rows[index];
    if (!row || !stays || pixel < margin(surface.width)) return -1;
    const slack = ((surface.view.to - surface.view.from) / surface.width) * 1.5;
    return stayAt(stays, stays.rows[row.index], surface.value(pixel), slack);
  };
  const rowAt = (y: number) => {
    const index = Math.floor((y + surface.view.top - AXIS) / ROW);
    return y < AXIS || index >= rows.length ? -1 : index;
  };

  const draw = (
    context: CanvasRenderingContext2D,
    theme: Theme,
    { width, height }: { width: number; height: number },
  ) => {
    const { from, to, top } = surface.view;
    const left = margin(width);
    const x = scale(from, to, left, width);
    context.fillStyle = theme.paper;
    context.fillRect(0, 0, width, height);
    drawGrid(context, theme, x, height);
    context.font = FONT;
    context.textBaseline = "middle";
    const letter = context.measureText("0").width;
    const first = Math.max(0, Math.floor(top / ROW));
    const last = Math.min(rows.length - 1, Math.floor((top + height - AXIS) / ROW));
    for (let index = first; index <= last; index++) drawRow(context, theme, index, { x, left, width, letter });
    drawAxis(context, theme, x, width);
    context.fillStyle = theme.sheet;
    context.fillRect(0, 0, left, AXIS - 1);
  };
  const drawRow = (
    context: CanvasRenderingContext2D,
    theme: Theme,
    index: number,
    { x, left, width, letter }: { x: Scale; left: number; width: number; letter: number },
  ) => {
    const row = rows[index];
    const y = AXIS + index * ROW - surface.view.top;
    const { from, to } = surface.view;
    if (index === selected || index === hovered) {
      context.fillStyle = theme.sheet;
      context.fillRect(0, y, width, ROW - 1);
    }
    const end = row.start + row.length;
    if (end >= from && row.start <= to) {
      const begin = x(Math.max(row.start, from));
      const width = Math.max(1.5, x(Math.min(end, to)) - begin);
      context.fillStyle = theme.fills[colours[row.func]];
      context.fillRect(begin, y + 2, width, ROW - 5);
      const box = { left: begin, right: begin + width, top: y + 2, height: ROW - 5 };
      if (stays) drawStays(context, theme, stays, stays.rows[row.index], x, box);
      if (stays && index === selected && selectedStay >= 0)
        outlineStay(context, theme, stays.rows[row.index], selectedStay, x, box);
    }
    if (index === selected) {
      context.fillStyle = theme.focus;
      context.fillRect(0, y, 3, ROW - 1);
    }
    context.fillStyle = theme.ink;
    const at = 6 + Math.min(row.level, 12) * INDENT;
    if (parents.has(row.goid)) context.fillText(folded.has(row.goid) ? "▸" : "▾", at, y + ROW / 2);
    const most = Math.floor((left - at - 16) / letter);
    context.fillText(nameOf(row, most), at + 12, y + ROW / 2);
  };

  const fold = (index: number, closed: boolean) => {
    const { goid } = rows[index];
    if (!parents.has(goid) || folded.has(goid) === closed) return;
    if (closed) folded.add(goid);
    else folded.delete(goid);
    arrange();
    surface.setHeight(AXIS + rows.length * ROW);
  };
  const choose = (index: number, stay = -1) => {
    selected = index;
    selectedStay = stay;
    say(index, stay);
    surface.reveal(index * ROW, AXIS + (index + 1) * ROW);
    surface.redraw();
  };
  const surface = new Surface({
    label,
    margin,
    least: () => 100,
    draw,
    hover: (x, y) => {
      const index = x === undefined ? -1 : rowAt(y);
      const stay = x === undefined ? -1 : stayAtPixel(index, x);
      if (index === hovered && stay === hoveredStay) return;
      hovered = index;
      hoveredStay = stay;
      if (index < 0) say(selected, selectedStay);
      else say(index, stay);
      surface.canvas.style.cursor = index < 0 ? "default" : "pointer";
      surface.redraw();
    },
    click: (x, y) => {
      const index = rowAt(y);
      const row = rows[index];
      if (!row) return;
      const at = 6 + Math.min(row.level, 12) * INDENT;
      if (parents.has(row.goid) && x >= at - 4 && x < at + 12) {
        fold(index, !folded.has(row.goid));
        return;
      }
      const stay = stayAtPixel(index, x);
      choose(index, stay);
      pick(row, stay);
    },
    key: (key) => {
      const row = rows[selected];
      if (key === "ArrowDown") choose(Math.min(rows.length - 1, selected + 1));
      else if (key === "ArrowUp") choose(Math.max(0, selected - 1));
      else if (key === "ArrowLeft" && row) fold(selected, true);
      else if (key === "ArrowRight" && row) fold(selected, false);
      else if (key === "Enter" && row) pick(row, selectedStay);
      else if ((key === "n" || key === "p") && row && stays) {
        choose(selected, nextWait(stays, stays.rows[row.index], selectedStay, key === "n" ? 1 : -1));
      } else return false;
      return true;
    },
  });
  function arrange(): void {
    const chosen = rows[selected];
    let hiddenBelow = Number.POSITIVE_INFINITY;
    rows = all.filter(({ goid, level }) => {
      if (level > hiddenBelow) return false;
      hiddenBelow = folded.has(goid) ? level : Number.POSITIVE_INFINITY;
      return true;
    });
    hovered = -1;
    hoveredStay = -1;
    selected = chosen ? rows.indexOf(chosen) : -1;
  }
  const show = (next: readonly GoroutineRow[]) => {
    all = next;
    parents = new Set(next.flatMap(({ level, goid }, index) => ((next[index + 1]?.level ?? 0) > level ? [goid] : [])));
    selected = -1;
    selectedStay = -1;
    arrange();
    const from = next.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY);
    const to = next.reduce((most, { start, length }) => Math.max(most, start + length), 0);
    const whole = next.length === 0 ? { from: 0, to: 1 } : { from, to: Math.max(to, from + 1) };
    surface.setExtent(whole, AXIS + Math.max(1, rows.length) * ROW);
    say(-1);
  };
  const chooseRow = (row: GoroutineRow) => {
    folded.clear();
    arrange();
    surface.setHeight(AXIS + Math.max(1, rows.length) * ROW);
    const index = rows.indexOf(row);
    if (index >= 0) choose(index);
    return index >= 0;
  };
  return { element: h("div", { class: "flame" }, surface.element, readout), surface, show, choose: chooseRow };
}
