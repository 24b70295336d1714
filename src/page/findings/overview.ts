/**
 * Charts of a whole execution trace on one time axis: findings, processors, goroutines, heap, and the garbage
 * collector.
 */
import type { Phase, Series } from "../../analyses/charts.js";
import { formatBytes, formatCount, formatDuration } from "../../base/units.js";
import type { PageCharts, PageTrace } from "../data/page.js";
import { h, s } from "../dom.js";
import { type Scale, scale, ticks, timeAxis } from "../scale.js";
import { chart, legend } from "./chart.js";

const left = 56;
const right = 8;

interface Layer {
  readonly name: string;
  readonly className: string;
  readonly series: Series;
}

interface Plot {
  readonly title: string;
  readonly label: string;
  /** Drawn as stacked areas. */
  readonly stacked: readonly Layer[];
  /** Drawn as lines. */
  readonly lines: readonly Layer[];
  /** A horizontal line. */
  readonly limit?: { readonly name: string; readonly value: number } | undefined;
  readonly format: (value: number) => string;
  readonly base: number;
}

/** All charts of a trace. */
export function overview(trace: PageTrace, open: (finding: number) => void): HTMLElement[] {
  const { charts } = trace;
  if (!charts) return [];
  const procs: Plot = {
    title: "Processors",
    label: "Processors (Ps) that were busy over time",
    stacked: [
      { name: "running goroutines", className: "running", series: charts.procsRunning },
      { name: "collecting garbage", className: "gc", series: charts.procsGc },
      { name: "in system calls", className: "syscall", series: charts.procsSyscall },
    ],
    lines: [],
    limit: trace.gomaxprocs === undefined ? undefined : { name: "GOMAXPROCS", value: trace.gomaxprocs },
    format: (value) => String(Number(value.toFixed(2))),
    base: 10,
  };
  const goroutines: Plot = {
    title: "Goroutines",
    label: "Goroutines over time: those that wait for a processor, those that wait for something else, and all",
    stacked: [
      { name: "wait for a processor", className: "runnable", series: charts.runnable },
      { name: "wait for something else", className: "waiting", series: charts.waiting },
    ],
    lines: [{ name: "all", className: "plain", series: charts.goroutines }],
    format: (value) => (value < 10 ? String(Number(value.toFixed(1))) : formatCount(value)),
    base: 10,
  };
  const heap: Plot = {
    title: "Heap",
    label: "Live heap over time, and the heap size at which the next collection is due",
    stacked: [{ name: "live", className: "running", series: charts.heapLive }],
    lines: [{ name: "goal of the collector", className: "limit", series: charts.heapGoal }],
    format: formatBytes,
    base: 2,
  };
  return [
    ...(trace.findings.length > 0 ? [h("h3", {}, "Findings in time"), marks(trace, open)] : []),
    ...[procs, goroutines, heap].flatMap((plot) => drawPlot(plot, trace.duration)),
    h("h3", {}, "Garbage collection and pauses"),
    phases(charts, trace.duration),
    legend([
      ["gc", "mark phase"],
      ["pause", "the world is stopped (at least 2 pixels wide)"],
    ]),
    h("p", { class: "faint" }, phaseSummary(charts)),
  ];
}

function valueAt({ step, values }: Series, time: number): number {
  return values[Math.min(values.length - 1, Math.floor(time / step))] ?? 0;
}

function drawPlot(plot: Plot, duration: number): HTMLElement[] {
  const height = 96;
  const { stacked, limit, format } = plot;
  const lines = plot.lines.filter((layer) => layer.series.values.some((value) => value > 0));
  const length = Math.max(...[...stacked, ...lines].map((layer) => layer.series.values.length), 0);
  let highest = 0;
  for (let i = 0; i < length; i++) {
    const sum = stacked.reduce((total, layer) => total + (layer.series.values[i] ?? 0), 0);
    highest = Math.max(highest, sum, ...lines.map((layer) => layer.series.values[i] ?? 0));
  }
  const most = Math.max(highest, limit?.value ?? 0);
  if (highest === 0) return [h("h3", {}, plot.title), h("p", { class: "faint" }, "The trace says nothing about it.")];
  const draw = (width: number) => {
    const x = scale(0, duration, left, width - right);
    const y = scale(0, most * 1.05, height, 4);
    const content: SVGElement[] = timeAxis(x, width, height);
    for (const value of ticks(0, most, 3, plot.base)) {
      content.push(s("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }));
      content.push(s("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, format(value)));
    }
    const floor = new Float64Array(length);
    for (const { className, series } of stacked) {
      const top: string[] = [];
      const bottom: string[] = [];
      for (const [i, value] of series.values.entries()) {
        const begin = x(Math.min(duration, i * series.step)).toFixed(1);
        const end = x(Math.min(duration, (i + 1) * series.step)).toFixed(1);
        bottom.unshift(`${end},${y(floor[i]).toFixed(1)}`, `${begin},${y(floor[i]).toFixed(1)}`);
        floor[i] = floor[i] + value;
        top.push(`${begin},${y(floor[i]).toFixed(1)}`, `${end},${y(floor[i]).toFixed(1)}`);
      }
      if (top.length > 0) content.push(s("path", { class: className, d: `M${top.join("L")}L${bottom.join("L")}Z` }));
    }
    for (const { className, series } of lines) {
      const points = series.values.flatMap((value, i) => [
        `${x(Math.min(duration, i * series.step)).toFixed(1)},${y(value).toFixed(1)}`,
        `${x(Math.min(duration, (i + 1) * series.step)).toFixed(1)},${y(value).toFixed(1)}`,
      ]);
      if (points.length > 0) content.push(s("path", { class: className, fill: "none", d: `M${points.join("L")}` }));
    }
    if (limit) {
      const at = y(limit.value);
      content.push(s("line", { class: "limit", x1: left, x2: width - right, y1: at, y2: at }));
    }
    return { height: height + 18, x, content };
  };
  const all = [...stacked, ...lines];
  const read = (time: number) => {
    const values = all.map((layer) => `${layer.name} ${format(valueAt(layer.series, time))}`);
    return `${formatDuration(time)}: ${values.join(" · ")}`;
  };
  return [
    h("h3", {}, plot.title),
    chart({ label: `${plot.label}. The highest value is ${format(highest)}.`, draw, read }),
    legend([
      ...all.map((layer) => [layer.className, layer.name] as const),
      ...(limit ? [["limit", `${limit.name} ${limit.value}`] as const] : []),
    ]),
  ];
}

function marks(trace: PageTrace, open: (finding: number) => void): HTMLElement {
  const { findings, duration } = trace;
  const height = 44;
  const rows = { error: 8, warn: 22, info: 36 };
  const draw = (width: number) => {
    const x: Scale = scale(0, duration, left, width - right);
    const content: SVGElement[] = timeAxis(x, width, height);
    // Draw the worst findings last, on top.
    for (let index = findings.length - 1; index >= 0; index--) {
      const { time, duration: long, severity, title } = findings[index];
      const begin = x(Math.min(time, duration));
      const wide = Math.max(5, x(Math.min(time + long, duration)) - begin);
      const mark = s(
        "rect",
        { class: `mark ${severity}`, x: begin, y: rows[severity] - 5, width: wide, height: 10, rx: 2 },
        s("title", {}, `${title}: open`),
      );
      mark.addEventListener("click", () => open(index));
      content.push(mark);
    }
    for (const [severity, y] of Object.entries(rows)) {
      content.push(s("text", { x: left - 6, y: y + 4, "text-anchor": "end" }, severity));
    }
    return { height: height + 18, x, content };
  };
  const read = (time: number) => {
    const near = findings.filter(
      (finding) =>
        Math.abs(finding.time + finding.duration / 2 - time) <= Math.max(duration / 150, finding.duration / 2),
    );
    const names = near.slice(0, 4).map((finding) => `${finding.title} (${formatDuration(finding.duration)})`);
    return `${formatDuration(time)}${names.length > 0 ? `: ${names.join(", ")}` : ""}${near.length > 4 ? `, ${near.length - 4} more` : ""}`;
  };
  const stops = () =>
    [...new Set(findings.map((finding) => finding.time + finding.duration / 2))].sort((a, b) => a - b);
  return chart({ label: "The worst occurrence of every finding on the time axis", draw, read, stops });
}

function phases(charts: PageCharts, duration: number): HTMLElement {
  const height = 34;
  const isMark = (phase: Phase) => phase.name === "GC";
  const draw = (width: number) => {
    const x = scale(0, duration, left, width - right);
    const content: SVGElement[] = timeAxis(x, width, height);
    for (const phase of charts.phases) {
      const begin = x(phase.begin);
      const y = isMark(phase) ? 3 : 19;
      const wide = Math.max(isMark(phase) ? 1 : 2, x(phase.end) - begin);
      content.push(s("rect", { class: isMark(phase) ? "gc" : "pause", x: begin, y, width: wide, height: 12 }));
    }
    content.push(s("text", { x: left - 6, y: 13, "text-anchor": "end" }, "mark"));
    content.push(s("text", { x: left - 6, y: 29, "text-anchor": "end" }, "stopped"));
    return { height: height + 18, x, content };
  };
  const read = (time: number) => {
    const slack = duration / 300;
    const near = charts.phases.filter((phase) => phase.begin - slack <= time && time <= phase.end + slack);
    const texts = near.slice(0, 3).map(({ name, begin, end, function: asked }) => {
      const by = asked === "" ? "" : ` by ${asked}`;
      return `${name === "GC" ? "mark phase" : `stopped: ${name}`} ${formatDuration(end - begin)}${by}`;
    });
    return `${formatDuration(time)}${texts.length > 0 ? `: ${texts.join(" · ")}` : ""}`;
  };
  const stops = () => charts.phases.map((phase) => (phase.begin + phase.end) / 2).sort((a, b) => a - b);
  return chart({
    label: `Mark phases of the collector and pauses of the whole program. ${phaseSummary(charts)}`,
    draw,
    read,
    stops,
  });
}

function phaseSummary({ phases: all, omittedPhases }: PageCharts): string {
  const collections = all.filter((phase) => phase.name === "GC").length;
  const pauses = all.filter((phase) => phase.name !== "GC");
  const longest = pauses.reduce((most, phase) => Math.max(most, phase.end - phase.begin), 0);
  const sum = pauses.reduce((total, phase) => total + phase.end - phase.begin, 0);
  const omitted = omittedPhases > 0 ? ` ${formatCount(omittedPhases)} shorter ones are not drawn.` : "";
  if (all.length === 0) return "No collection and no pause in this trace.";
  const stopped = pauses.length > 0 ? `, ${formatDuration(sum)} in all, the longest ${formatDuration(longest)}` : "";
  return `${formatCount(collections)} mark phases, ${formatCount(pauses.length)} pauses${stopped}.${omitted}`;
}
