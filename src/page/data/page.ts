/**
 * Writes the page: one HTML file that needs no network. It packs the data into a template, which scripts/bundle.mjs
 * builds from src/page; src/page draws the data in the browser.
 */

import type { LaneInterval, Phase, Series, TraceCharts, Window, WindowRequest } from "../../analyses/charts.js";
import { type Locate, placeOf } from "../../base/locate.js";
import { printableAll } from "../../base/printable.js";
import type { Frame } from "../../exectrace/index.js";
import type { Finding, TraceReport } from "../../rules/finding.js";
import type { PageCalls } from "./calls.js";

/** Marks the place for the data in the template. */
const DATA_MARK = "GOTRACE_DATA";
/** The most close-ups of a trace; further findings have none. */
const MAX_WINDOWS = 60;
/** The most characters of all close-ups together, which keeps the page small. */
const MAX_WINDOW_TEXT = 4_000_000;

/** States of intervals, by number in {@link PageLane.intervals}. */
export const laneStates: readonly LaneInterval["state"][] = ["running", "runnable", "waiting", "syscall", "gc", "idle"];

/** The data in the page. Texts that repeat are indexes into `strings`. */
export interface PageData {
  readonly version: string;
  readonly strings: readonly string[];
  /** Four numbers per frame: function, file, line, and the path in the repository or -1. */
  readonly frames: readonly number[];
  readonly traces: readonly PageTrace[];
  readonly calls?: PageCalls;
}

export interface PageTrace
  extends Pick<
    TraceReport,
    "path" | "bytes" | "goVersion" | "duration" | "events" | "goroutines" | "gomaxprocs" | "suppressed" | "hidden"
  > {
  /** Nanoseconds since 1970, in decimal. */
  readonly start?: string;
  readonly warning?: string;
  readonly budgets: readonly PageBudget[];
  readonly findings: readonly PageFinding[];
  readonly charts?: PageCharts;
}

interface PageBudget {
  readonly expression: string;
  /** null if the trace has no measurement. */
  readonly actual: number | null;
  readonly limit: number;
  readonly unit: Finding["unit"];
  readonly ok: boolean;
}

export interface PageFinding extends Omit<Finding, "stack" | "waker" | "site" | "wall"> {
  /** Indexes of frames, leaf first. */
  readonly stack: readonly number[];
  readonly waker?: { readonly goroutine: number; readonly function: string; readonly stack: readonly number[] };
  readonly site?: number;
  /** `path:line` in the repository. */
  readonly place?: string;
  readonly wall?: string;
  /** Index of its close-up. */
  readonly window?: number;
}

export interface PageCharts extends Record<keyof Pick<TraceCharts, SeriesName>, Series> {
  readonly phases: readonly Phase[];
  readonly omittedPhases: number;
  readonly windows: readonly PageWindow[];
}

const seriesNames = [
  "heapLive",
  "heapGoal",
  "procsRunning",
  "procsGc",
  "procsSyscall",
  "runnable",
  "waiting",
  "goroutines",
] as const;
type SeriesName = (typeof seriesNames)[number];

export interface PageWindow {
  readonly begin: number;
  readonly end: number;
  readonly lanes: readonly PageLane[];
  readonly omittedGoroutines: number;
}

export interface PageLane {
  readonly proc: boolean;
  readonly id: number;
  readonly name: number;
  readonly omitted: number;
  /**
   * Five numbers per interval: begin relative to the window's, length, state, reason (a string index), the other
   * goroutine or -1.
   */
  readonly intervals: readonly number[];
}

/** A trace and its charts. */
export interface PageInput {
  readonly report: TraceReport;
  readonly charts?: TraceCharts | undefined;
  /** From {@link closeUps}: window i belongs to the finding with this index. */
  readonly windowFindings?: readonly number[];
}

/** The windows to draw as close-ups: around the worst occurrence of each finding, worst findings first. */
export interface CloseUps {
  readonly requests: readonly WindowRequest[];
  /** Index in the report's findings. */
  readonly findings: readonly number[];
}

/** Nanoseconds shown before and after a short occurrence, and (AROUND_MOMENT) a finding without duration. */
const MIN_AROUND = 20_000;
const AROUND_MOMENT = 1_000_000;

/** Chooses the close-ups of a report. Each also shows half of the occurrence's length before and after it. */
export function closeUps(report: TraceReport): CloseUps {
  const findings: number[] = [];
  const requests: WindowRequest[] = [];
  for (const [index, finding] of report.findings.entries()) {
    if (requests.length === MAX_WINDOWS) break;
    const around = finding.duration > 0 ? Math.max(finding.duration / 2, MIN_AROUND) : AROUND_MOMENT;
    const goroutines = [finding.goroutine, finding.waker?.goroutine].filter((id) => id !== undefined && id >= 0);
    requests.push({
      begin: Math.max(0, Math.floor(finding.time - around)),
      end: Math.min(Math.ceil(finding.time + finding.duration + around), Math.max(report.duration, 1)),
      goroutines: goroutines as number[],
    });
    findings.push(index);
  }
  return { requests, findings };
}

export interface PageOptions {
  readonly version: string;
  readonly locate: Locate;
  /** Calls to show, with or without findings. */
  readonly calls?: PageCalls;
}

/**
 * The page, in pieces.
 * @param template the template built by scripts/bundle.mjs
 */
export function* renderPage(template: string, inputs: readonly PageInput[], options: PageOptions): Generator<string> {
  const at = template.indexOf(DATA_MARK);
  yield template.slice(0, at);
  yield scriptText(JSON.stringify(printableAll(pageData(inputs, options))));
  yield template.slice(at + DATA_MARK.length);
}

/** Escapes JSON for a script element: nothing in it can end the element or begin a comment. */
function scriptText(json: string): string {
  return json.replace(/</g, "\\u003c");
}

/** Packs the data of the page. */
function pageData(inputs: readonly PageInput[], options: PageOptions): PageData {
  const pack = new Packer(options.locate);
  let room = MAX_WINDOW_TEXT;
  const traces = inputs.map((input) => {
    const { report, charts } = input;
    const windowOf = new Map<number, number>();
    const windows: PageWindow[] = [];
    for (const [index, window] of (charts?.windows ?? []).entries()) {
      const packed = pack.window(window);
      room -= packed.lanes.reduce((sum, lane) => sum + 60 + lane.intervals.join().length, 0);
      if (room < 0) break;
      const finding = input.windowFindings?.[index];
      if (finding === undefined || packed.lanes.length === 0) continue;
      windowOf.set(finding, windows.push(packed) - 1);
    }
    return pack.trace(report, charts, windows, windowOf);
  });
  const { version, calls } = options;
  return { version, strings: pack.strings, frames: pack.frames, traces, ...(calls ? { calls } : {}) };
}

class Packer {
  readonly strings: string[] = [];
  readonly frames: number[] = [];
  readonly #stringOf = new Map<string, number>();
  readonly #frameOf = new Map<string, number>();

  constructor(private readonly locate: Locate) {}

  #string(text: string): number {
    let id = this.#stringOf.get(text);
    if (id === undefined) {
      id = this.strings.push(text) - 1;
      this.#stringOf.set(text, id);
    }
    return id;
  }

  #frame(frame: Frame): number {
    const key = `${frame.function}\0${frame.file}\0${frame.line}`;
    let id = this.#frameOf.get(key);
    if (id === undefined) {
      const place = this.locate(frame);
      id = this.frames.length / 4;
      this.frames.push(
        this.#string(frame.function),
        this.#string(frame.file),
        frame.line,
        place ? this.#string(place.path) : -1,
      );
      this.#frameOf.set(key, id);
    }
    return id;
  }

  trace(
    report: TraceReport,
    charts: TraceCharts | undefined,
    windows: readonly PageWindow[],
    windowOf: ReadonlyMap<number, number>,
  ): PageTrace {
    const { path, bytes, goVersion, duration, events, goroutines, suppressed, hidden } = report;
    return {
      ...{ path, bytes, goVersion, duration, events, goroutines, suppressed, hidden },
      ...(report.gomaxprocs === undefined ? {} : { gomaxprocs: report.gomaxprocs }),
      ...(report.start === undefined ? {} : { start: String(report.start) }),
      ...(report.warning === undefined ? {} : { warning: report.warning }),
      budgets: report.budgets.map((budget) => ({
        ...budget,
        actual: Number.isFinite(budget.actual) ? budget.actual : null,
      })),
      findings: report.findings.map((finding, index) => this.#finding(finding, windowOf.get(index))),
      ...(charts ? { charts: packCharts(charts, windows) } : {}),
    };
  }

  #finding(finding: Finding, window: number | undefined): PageFinding {
    const { stack, waker, site, wall, ...rest } = finding;
    const place = placeOf(site, stack, this.locate);
    return {
      ...rest,
      stack: stack.map((frame) => this.#frame(frame)),
      ...(waker ? { waker: { ...waker, stack: waker.stack.map((frame) => this.#frame(frame)) } } : {}),
      ...(site ? { site: this.#frame(site) } : {}),
      ...(place ? { place: `${place.path}:${place.line}` } : {}),
      ...(wall === undefined ? {} : { wall: String(wall) }),
      ...(window === undefined ? {} : { window }),
    };
  }

  window(window: Window): PageWindow {
    const lanes = window.lanes.map((lane) => ({
      proc: lane.kind === "proc",
      id: lane.id,
      name: this.#string(lane.name),
      omitted: lane.omitted,
      intervals: lane.intervals.flatMap(({ begin, end, state, reason, other }) => [
        begin - window.begin,
        end - begin,
        laneStates.indexOf(state),
        this.#string(reason),
        other,
      ]),
    }));
    return { begin: window.begin, end: window.end, lanes, omittedGoroutines: window.omittedGoroutines };
  }
}

function packCharts(charts: TraceCharts, windows: readonly PageWindow[]): PageCharts {
  const { phases, omittedPhases } = charts;
  const series = Object.fromEntries(seriesNames.map((name) => [name, rounded(charts[name])]));
  return { ...(series as Record<SeriesName, Series>), phases, omittedPhases, windows };
}

/** Rounds to four significant digits, more than a chart can show. */
function rounded({ step, values }: Series): Series {
  return { step, values: values.map((value) => Number(value.toPrecision(4))) };
}
