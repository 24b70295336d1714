/** The timeline of one request: exactly its goroutines, with their states and calls, and the critical path. */
import { formatDuration } from "../../base/units.js";
import type { RequestDetail, RequestStay } from "../data/request-detail.js";
import { h } from "../dom.js";
import { drawRequest } from "./request-drawing.js";
import { itemAt, type RequestItem, type RequestRow, requestRows } from "./request-rows.js";
import type { Part } from "./state.js";
import { workText } from "./stay-text.js";
import { Surface, zoomButtons } from "./surface.js";
import { functionColours } from "./theme.js";

export interface RequestTimeline {
  readonly element: HTMLElement;
  /** Zoom buttons. */
  readonly buttons: HTMLElement;
}

export interface RequestTimelineOptions {
  /** Shows a node in the flame graph. */
  readonly toFlame: (node: number) => void;
  /** The request that a goroutine handled at a time; -1 for none. */
  readonly requestAt: (goid: number, time: number) => number;
  readonly idOf: (request: number) => string;
  readonly openRequest: (request: number) => void;
}

export function requestTimeline(part: Part, detail: RequestDetail, options: RequestTimelineOptions): RequestTimeline {
  const { model } = part;
  const rows = requestRows(detail);
  const colours = functionColours(model);
  const readout = h("div", { class: "readout", "aria-live": "polite" });
  const hint = "A click picks a call, Enter shows it in the flame graph; a click on a wait goes to who ended it.";
  let hovered: RequestItem | undefined;
  let selected: RequestItem | undefined;

  const own = detail.members[0]?.goid;
  const since = (time: number) => formatDuration(Math.max(0, time - detail.start));
  const titleOf = ({ member }: RequestRow) => {
    const { goid, parent, isForeign, outlives, calls } = member;
    const place = detail.path.find((step) => step.goid === goid)?.place ?? "";
    const name = ` ${calls[0] === undefined ? model.shorten(place) : model.shortName(calls[0].func)}`;
    const by = goid === own ? "" : ` · started by goroutine ${parent} at ${since(member.spawned)}`;
    const other = isForeign ? options.requestAt(goid, member.to) : -1;
    if (other >= 0) return `goroutine ${goid}${name} · request ${options.idOf(other)}, for which this one waited`;
    if (isForeign) return `goroutine ${goid}${name} · not of this request, which waited for it`;
    return `goroutine ${goid}${name}${by}${outlives ? " · went on after the request" : ""}`;
  };
  const describe = ({ row, call, stay }: RequestItem) => {
    if (stay) {
      const does = workText(model, stay, formatDuration(stay.end - stay.begin), stay.waker);
      const other = wakerRequest(stay);
      const of = other < 0 ? "" : `, request ${options.idOf(other)}`;
      return `goroutine ${row.member.goid} ${does}${of} · from ${since(stay.begin)} on`;
    }
    const { func, start, end } = call;
    return `${model.name(func)} · ${formatDuration(end - start)} from ${since(start)} on · goroutine ${row.member.goid}`;
  };
  const say = () => {
    const item = hovered ?? selected;
    readout.textContent = item ? describe(item) : hint;
  };
  const choose = (item: RequestItem | undefined) => {
    if (!item) return;
    selected = item;
    surface.reveal(item.row.top - 24, item.row.bottom);
    say();
    surface.redraw();
  };
  const find = (x: number, y: number) => {
    const slack = ((surface.view.to - surface.view.from) / surface.width) * 2;
    return itemAt(rows, detail.start + surface.value(x), y + surface.view.top, slack);
  };
  const rowOf = (goid: number) => rows.find(({ member }) => member.goid === goid);
  /** The call of this request that ended a wait: the innermost one then, or else the last one before. */
  const wakerOf = ({ waker, end }: RequestStay): RequestItem | undefined => {
    const row = rowOf(waker);
    const before = row?.member.calls.filter((call) => call.start <= end) ?? [];
    const call = before.findLast((each) => end <= each.end) ?? before.at(-1);
    return row && call && { row, call };
  };
  /** The other request that ended a wait; -1 for none. */
  const wakerRequest = ({ waker, end }: RequestStay) =>
    waker < 0 || rowOf(waker) ? -1 : options.requestAt(waker, end);
  /** Goes to the next call of the goroutine, or to the first one of the next goroutine. */
  const step = (calls: number, goroutines: number) => {
    const row = selected?.row ?? rows[0];
    if (!row) return;
    const { calls: list } = row.member;
    const index = selected?.call ? list.indexOf(selected.call) : -1;
    if (goroutines !== 0 || index < 0) {
      const at = Math.max(0, Math.min(rows.length - 1, rows.indexOf(row) + (selected ? goroutines : 0)));
      const call = rows[at].member.calls[0];
      if (call) choose({ row: rows[at], call });
    } else choose({ row, call: list[Math.max(0, Math.min(list.length - 1, index + calls))] });
  };
  const keys: Record<string, () => void> = {
    ArrowRight: () => step(1, 0),
    ArrowLeft: () => step(-1, 0),
    ArrowDown: () => step(0, 1),
    ArrowUp: () => step(0, -1),
    Enter: () => selected?.call && selected.call.node > 0 && options.toFlame(selected.call.node),
  };
  const surface: Surface = new Surface({
    label: "Goroutines of the request over time: left and right to its calls, up and down to other goroutines",
    least: () => 50,
    draw: (context, theme) =>
      drawRequest(context, theme, surface, {
        ...{ detail, rows, colours, hovered, selected, titleOf },
        nameOf: (func) => model.shortName(func),
      }),
    hover: (x, y) => {
      const item = x === undefined ? undefined : find(x, y);
      if (item?.call === hovered?.call && item?.stay === hovered?.stay) return;
      hovered = item;
      say();
      surface.canvas.style.cursor = item ? "pointer" : "default";
      surface.redraw();
    },
    click: (x, y) => {
      const item = find(x, y);
      const other = item?.stay ? wakerRequest(item.stay) : -1;
      if (other >= 0) options.openRequest(other);
      else choose((item?.stay && wakerOf(item.stay)) ?? item);
    },
    key: (key) => {
      keys[key]?.();
      return keys[key] !== undefined;
    },
  });
  say();
  const bottom = rows.at(-1)?.bottom ?? 60;
  surface.setExtent({ from: 0, to: Math.max(1, detail.end - detail.start) }, bottom + 4);
  const element = h("div", { class: "flame" }, surface.element, readout);
  return { element, buttons: zoomButtons(() => surface) };
}
