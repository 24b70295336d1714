/**
 * Speedscope's own format (file-format-schema.json in its package): one profile that merges all goroutines by call
 * path, and one per goroutine with its calls in time order. Profiles are evented: frames open and close, balanced, at
 * times in nanoseconds that never decrease. A goroutine's profile begins with its first call. Where states are known,
 * they are frames in the innermost call.
 */
import { jsonText } from "../base/printable.js";
import { TextWriter } from "../base/text-writer.js";
import { formatDuration } from "../base/units.js";
import {
  type CallForest,
  type CallTree,
  type IdleTimes,
  idleTimes,
  type ProcessTree,
  type Recording,
  STATES,
  statesAt,
  viewTree,
} from "../calltree/index.js";
import {
  type EventBudget,
  type Fit,
  type FittingGoroutine,
  fitRecording,
  leftOut,
  type Progress,
  type StateLengths,
} from "./event-budget.js";
import { walkExcerpt } from "./excerpt.js";
import { piecesOf, whenFull } from "./pieces.js";
import { leavesOf, SelfTimes } from "./self-times.js";
import { BRACE, COMMA, Frames, profileHead } from "./speedscope-frames.js";
import { batchesOf, GoroutineWriter } from "./speedscope-goroutines.js";
import type { StateSlices } from "./state-slices.js";
import { Names } from "./titles.js";

/**
 * What Speedscope 1.25 shows in a browser without trouble: two million events load in some seconds and take half a
 * gigabyte (16 million: 20 seconds, 3 gigabytes). Its views recurse and fail somewhere between 1,000 and 3,000 levels.
 */
export const SPEEDSCOPE_BUDGET: EventBudget = { events: 2_000_000, goroutines: 1000, depth: 1000 };

export interface SpeedscopeOptions {
  /** The result of {@link fitSpeedscope}. */
  readonly fit: Fit;
  /** The title of a process; its executable by default. */
  readonly title?: (process: ProcessTree) => string;
  /** The exporter's name and version: `gotrace@0.1.0`. */
  readonly exporter?: string;
  /** Treat goroutines that wait for work like others: count them in the merged profile, and sort them by start. */
  readonly inPlace?: boolean;
  /** The states to show, as indices into STATES; all by default. The merged profile counts only these. */
  readonly by?: readonly number[] | undefined;
  /** The states to show in the profiles of goroutines; none by default. */
  readonly states?: StateSlices | undefined;
}

/** Computes what fits besides the merged profile, which is always complete; goroutines get at least half the budget. */
export function fitSpeedscope(
  recording: Recording,
  budget: EventBudget = SPEEDSCOPE_BUDGET,
  progress?: Progress,
  states?: StateLengths,
): Fit {
  const merged = recording.forest.processes.reduce((sum, { tree }) => sum + 2 * (tree.size + partsOf(tree)), 0);
  const events = Math.max(budget.events - merged, budget.events / 2);
  return fitRecording(recording, { ...budget, events }, progress, states);
}

/** How many frames of states the merged profile has at most. */
function partsOf({ states }: CallTree): number {
  let parts = 0;
  for (const column of states?.self ?? []) for (const time of column ?? []) if (time > 0) parts++;
  return parts;
}

/** The states that have frames: those of the merged profile, and those in goroutines. */
function framesOf({ forest }: Recording, states: StateSlices | undefined, by: readonly number[] | undefined): number[] {
  const trees = forest.processes.map(({ tree }) => tree);
  const merged = new Set(leavesOf(trees, by));
  return STATES.map((_, state) => state).filter(
    (state) => merged.has(state) || (states?.shows(state) && leavesOf(trees, undefined).includes(state)),
  );
}

/**
 * One JSON document in pieces: the merged profile first, then goroutines by process and start, those that wait for work
 * last.
 */
export function* renderSpeedscope(recording: Recording, options: SpeedscopeOptions): Generator<Uint8Array> {
  const { forest } = recording;
  const { fit, exporter = "gotrace", by, states } = options;
  const names = new Names(forest, options.title);
  const frames = new Frames(forest, names, framesOf(recording, states, by));
  const out = new TextWriter();
  out.text(`{"$schema":"https://www.speedscope.app/file-format-schema.json",`);
  out.text(`"name":${jsonText(fileName(forest, names, fit))},"exporter":${jsonText(exporter)},`);
  out.text(`"activeProfileIndex":0,"shared":{"frames":[\n`);
  out.text(frames.list.map((frame) => jsonText(frame)).join(",\n"));
  out.text('\n]},"profiles":[\n');
  const idle = forest.processes.map(({ tree }) => idleTimes(tree, forest.functions));
  yield* renderMerged(recording, frames, out, options.inPlace ? [] : idle, by);
  const waits = ({ process, node }: FittingGoroutine) => !options.inPlace && idle[process].waits.has(node);
  const name = profileName(forest, names, fit, waits);
  const order = [...fit.goroutines.filter((each) => !waits(each)), ...fit.goroutines.filter(waits)];
  for (const batch of batchesOf(order, fit)) {
    const writer = new GoroutineWriter(
      forest,
      batch,
      name,
      frames,
      out,
      states && { slices: states, minimum: fit.minimum },
    );
    const chosen = new Set(batch.map(({ ordinal }) => ordinal));
    yield* piecesOf(walkExcerpt(recording, writer, fit, chosen), whenFull(out));
  }
  out.text("\n]}\n");
  yield out.take();
}

function fileName(forest: CallForest, names: Names, fit: Fit): string {
  const titles = new Set(forest.processes.map((_, index) => names.title(index)));
  const left = leftOut(fit);
  return `${[...titles].join(", ") || "no process"}${left.length === 0 ? "" : ` (${left.join("; ")})`}`;
}

function profileName(
  forest: CallForest,
  names: Names,
  { minimum }: Fit,
  waits: (goroutine: FittingGoroutine) => boolean,
): (goroutine: FittingGoroutine) => string {
  const several = forest.processes.length > 1;
  const cut = minimum > 0 ? ` (calls ≥ ${formatDuration(minimum)})` : "";
  return (goroutine) => {
    const process = several ? `${names.process(goroutine.process)}: ` : "";
    return `${process}${names.goroutine(goroutine, goroutine.node)}${waits(goroutine) ? " (waits for work)" : ""}${cut}`;
  };
}

/**
 * The merged profile: call paths as wide as their self times. Goroutines are nested in the call that started them and
 * widen it. Where states are known, a path's time in each but running is a frame in it.
 * @param idle by process: the time spent waiting for work, which does not count
 */
function* renderMerged(
  recording: Recording,
  frames: Frames,
  out: TextWriter,
  idle: readonly IdleTimes[],
  by: readonly number[] | undefined,
): Generator<Uint8Array> {
  const { forest, select } = recording;
  const shares = forest.processes.map(({ tree }, index) => {
    const { shown } = viewTree(tree, select);
    const times = new SelfTimes(tree, shown, by);
    const { waits, time } = idle[index] ?? { waits: new Map<number, number>(), time: [] };
    for (const innermost of waits.values()) {
      let node = innermost;
      while (node > 0 && shown[node] === 0) node = tree.parent[node];
      times.subtract(node, time[innermost], statesAt(tree.states?.self ?? [], innermost));
    }
    return times;
  });
  const width = forest.processes.reduce((sum, { tree }, index) => sum + widthOf(shares[index], tree.size), 0);
  let at = 0;
  let isFirst = true;
  const event = (head: Uint8Array) => {
    if (!isFirst) out.fragment(COMMA);
    isFirst = false;
    out.fragment(head);
    out.integer(Math.round(at));
    out.fragment(BRACE);
  };
  out.text(profileHead("all goroutines", 0, width));
  for (const [index, { tree }] of forest.processes.entries()) {
    const root = frames.ofProcess[index];
    const { shown } = viewTree(tree, select);
    if (root !== undefined) event(frames.opens[root]);
    const open: number[] = [];
    for (let node = 1; node <= tree.size; node++) {
      while (open.length > 0 && (node === tree.size || tree.end[open.at(-1)!] <= node)) {
        const top = open.pop()!;
        for (const { leaf, time } of shares[index].parts(top)) {
          if (leaf >= 0) event(frames.opens[frames.ofState[leaf]]);
          at += time;
          if (leaf >= 0) event(frames.closes[frames.ofState[leaf]]);
        }
        event(frames.closes[frames.ofFunction[tree.func[top]]]);
      }
      if (node < tree.size && shown[node] === 1) {
        open.push(node);
        event(frames.opens[frames.ofFunction[tree.func[node]]]);
      }
      if (out.full) yield out.take();
    }
    if (root !== undefined) event(frames.closes[root]);
  }
  out.text("\n]}");
}

function widthOf(times: SelfTimes, size: number): number {
  let width = 0;
  for (let node = 1; node < size; node++) for (const { time } of times.parts(node)) width += time;
  return width;
}
