/** Draws what goroutines and Ps did around a finding. */
import { shortName } from "../../base/names.js";
import { formatDuration, formatNumberOf } from "../../base/units.js";
import { laneStates, type PageFinding, type PageLane, type PageWindow } from "../data/page.js";
import { h, s } from "../dom.js";
import { scale, timeAxis } from "../scale.js";
import { chart, legend } from "./chart.js";
import type { Model } from "./model.js";

const lane = 22;
/** States also differ in height, for readers who cannot tell the colours apart. */
const heights = { running: 14, gc: 14, syscall: 10, runnable: 10, waiting: 4, idle: 2 };
const says = {
  running: "runs",
  gc: "works for the collector",
  syscall: "is in a system call",
  runnable: "waits for a processor",
  waiting: "waits",
  idle: "is idle",
};

interface Interval {
  readonly begin: number;
  readonly end: number;
  readonly state: keyof typeof heights;
  readonly reason: string;
  readonly other: number;
}

/** The drawing of a window, with its legend. */
export function closeUp(model: Model, window: PageWindow, finding: PageFinding): HTMLElement[] {
  const { begin, end } = window;
  const lanes = [...window.lanes].sort((a, b) => rank(a, finding) - rank(b, finding));
  const intervals = lanes.map((each) => unpack(model, each, begin));
  const titles = lanes.map((each) =>
    each.proc ? `P ${each.id}` : `G ${each.id} ${shortName(model.string(each.name))}`,
  );

  const draw = (width: number) => {
    const left = Math.min(230, Math.floor(width * 0.34));
    const x = scale(begin, end, left, width - 8);
    const height = lanes.length * lane + 4;
    const spanBegin = x(Math.max(begin, finding.time));
    const spanWidth = Math.max(1, x(Math.min(end, finding.time + finding.duration)) - spanBegin);
    const content: SVGElement[] = [
      s("rect", { class: "span", x: spanBegin, y: 0, width: spanWidth, height }),
      ...timeAxis(scale(begin - finding.time, end - finding.time, left, width - 8), width, height),
    ];
    for (const [row, each] of intervals.entries()) {
      const middle = row * lane + lane / 2 + 2;
      content.push(
        s("text", { class: "label", x: 0, y: middle + 4 }, fit(titles[row], left - 6), s("title", {}, titles[row])),
      );
      for (const { begin: from, end: to, state } of each) {
        const at = x(from);
        const high = heights[state];
        content.push(
          s("rect", { class: state, x: at, y: middle - high / 2, width: Math.max(0.7, x(to) - at), height: high }),
        );
      }
    }
    return { height: height + 18, x, content };
  };
  const describe = (row: number, time: number) => {
    const found = intervals[row].findLast((each) => each.begin <= time && time < each.end);
    return found ? `${titles[row]} ${textOf(lanes[row], found)}` : `${titles[row]}: nothing known`;
  };
  const read = (time: number, y: number | undefined) => {
    const when = `${time < finding.time ? "" : "+"}${formatDuration(time - finding.time)}`;
    if (y === undefined)
      return `${when}: ${lanes
        .slice(0, 4)
        .map((_, row) => describe(row, time))
        .join("; ")}`;
    const row = Math.min(lanes.length - 1, Math.max(0, Math.floor((y - 2) / lane)));
    return `${when}: ${describe(row, time)}`;
  };
  const stops = () => (intervals[0] ?? []).map((each) => each.begin);
  const states = new Set(intervals.flat().map((each) => each.state));
  const left = lanes.reduce((sum, each) => sum + each.omitted, 0);
  const notes = [
    ...(window.omittedGoroutines > 0
      ? [`${formatNumberOf(window.omittedGoroutines, "more goroutine")} not drawn`]
      : []),
    ...(left > 0 ? [`${formatNumberOf(left, "interval")} too short to be drawn one by one`] : []),
  ];
  return [
    chart({ label: `Goroutines and processors around the finding. ${describe(0, finding.time)}.`, draw, read, stops }),
    legend(laneStates.filter((state) => states.has(state)).map((state) => [state, says[state]])),
    ...(notes.length > 0 ? [h("p", { class: "faint" }, `${notes.join(", ")}.`)] : []),
  ];
}

/** Sort key of lanes: the finding's goroutine first, then its waker, the other goroutines, the Ps. */
function rank(each: PageLane, finding: PageFinding): number {
  if (each.proc) return each.id === finding.proc && finding.goroutine === undefined ? 0 : 1e6 + each.id;
  if (each.id === finding.goroutine) return 1;
  return each.id === finding.waker?.goroutine ? 2 : 3;
}

function unpack(model: Model, each: PageLane, origin: number): Interval[] {
  const found: Interval[] = [];
  for (let i = 0; i + 4 < each.intervals.length; i += 5) {
    const [begin, length, state, reason, other] = each.intervals.slice(i, i + 5) as [
      number,
      number,
      number,
      number,
      number,
    ];
    found.push({
      begin: origin + begin,
      end: origin + begin + length,
      state: laneStates[state],
      reason: model.string(reason),
      other,
    });
  }
  return found;
}

function textOf(each: PageLane, { state, reason, begin, end, other }: Interval): string {
  const why = reason === "" ? "" : ` (${reason})`;
  const who = other < 0 ? "" : each.proc ? `, goroutine ${other}` : `, woken by goroutine ${other}`;
  return `${says[state]} for ${formatDuration(end - begin)}${why}${who}`;
}

/** Cuts text to a width: letters of this size take at most 6.3 pixels on average. */
function fit(text: string, width: number): string {
  const most = Math.max(4, Math.floor(width / 6.3));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
