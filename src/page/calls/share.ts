/** Shows a time with its share of the whole, so that a bar means the same on every tab. */
import { formatDuration, formatPercent } from "../../base/units.js";
import { h } from "../dom.js";

/** A time above a bar as long as its share of `whole`, at most the cell's width, with the percentage as tooltip. */
export function shareBar(time: number, whole: number): HTMLElement {
  const cell = h("span", { class: "share", title: formatPercent(time, whole) }, formatDuration(time));
  const share = whole > 0 ? Math.min(1, time / whole) : 0;
  cell.style.setProperty("--share", `${(share * 100).toFixed(1)}%`);
  return cell;
}
