/** Times with what they are of the whole: the one meaning of percent on the page. */
import { formatDuration, formatPercent } from "../../base/units.js";
import { h } from "../dom.js";

/** A time above a bar as long as its share of `whole`, at most all of the cell; the share itself as a hint. */
export function shareBar(time: number, whole: number): HTMLElement {
  const cell = h("span", { class: "share", title: formatPercent(time, whole) }, formatDuration(time));
  const share = whole > 0 ? Math.min(1, time / whole) : 0;
  cell.style.setProperty("--share", `${(share * 100).toFixed(1)}%`);
  return cell;
}
