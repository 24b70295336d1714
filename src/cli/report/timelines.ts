/** Formats for timeline viewers: Speedscope, Chrome's trace viewer, Perfetto. */

import { formatDuration } from "../../base/units.js";
import { idleTimes, type Recording, STATES, State } from "../../calltree/index.js";
import { renderChrome } from "../../export/chrome.js";
import { type Fit, fitRecording, leftOut, NO_BUDGET } from "../../export/event-budget.js";
import { renderPerfetto } from "../../export/perfetto.js";
import { fitSpeedscope, renderSpeedscope, SPEEDSCOPE_BUDGET } from "../../export/speedscope.js";
import { StateSlices } from "../../export/state-slices.js";
import type { Pieces } from "../output.js";
import { withProgress } from "../progress.js";
import { packageVersion } from "../version.js";
import type { FormatContext } from "./format.js";
import { counted, leftOutOfWalk } from "./left-out.js";

/** Prepares a Speedscope profile, and adds what it leaves out to the notices. @returns a function that renders its JSON */
export function speedscopeProfile(recording: Recording, context: FormatContext): () => Generator<Uint8Array> {
  const { events, all: inPlace, by } = context.options;
  const budget =
    events === Number.POSITIVE_INFINITY ? NO_BUDGET : { ...SPEEDSCOPE_BUDGET, ...(events ? { events } : {}) };
  const states = statesOf(recording, by);
  const fit = withProgress("choosing what to show", (progress) =>
    fitSpeedscope(recording, budget, progress, states?.lengths),
  );
  say(fit, context);
  context.notices.push(...leftOutOfWalk(fit.hidden, recording));
  const omitted = inPlace ? 0 : waitingTime(recording);
  if (omitted > 0) {
    const text = `the profile of all goroutines omits ${formatDuration(omitted)} of waiting for work; --all includes it`;
    context.notices.push({ text, serious: true });
  }
  const options = { fit, title: context.title, exporter: `gotrace@${packageVersion()}`, inPlace, by, states };
  return () => renderSpeedscope(recording, options);
}

/** The total time that goroutines wait for work, in nanoseconds. */
function waitingTime({ forest }: Recording): number {
  let sum = 0;
  for (const { tree } of forest.processes) {
    const { time, waits } = idleTimes(tree, forest.functions);
    for (const innermost of waits.values()) sum += time[innermost];
  }
  return sum;
}

/** The format `speedscope`. */
export async function speedscope(recording: Recording, context: FormatContext): Promise<Pieces> {
  return speedscopeProfile(recording, context)();
}

/** The format `chrome`. */
export async function chrome(recording: Recording, context: FormatContext): Promise<Pieces> {
  const limit = limited(recording, context);
  const notices = context.notices.map(({ text }) => text);
  return counted(renderChrome(recording, { ...limit, title: context.title, notices }), recording, context);
}

/** The format `perfetto`. */
export async function perfetto(recording: Recording, context: FormatContext): Promise<Pieces> {
  const limit = limited(recording, context);
  return counted(renderPerfetto(recording, { ...limit, title: context.title }), recording, context);
}

/**
 * What to show. Limits the events only if `--events` says so: these viewers can load many more than Speedscope. States
 * need to know all goroutines in any case, for the arrows between them.
 */
function limited(recording: Recording, context: FormatContext): { fit?: Fit; states?: StateSlices } {
  const { events = Number.POSITIVE_INFINITY, by } = context.options;
  const states = statesOf(recording, by);
  if (events === Number.POSITIVE_INFINITY && states === undefined) return {};
  const fit = withProgress("choosing what to show", (progress) =>
    fitRecording(recording, { ...NO_BUDGET, events }, progress, states?.lengths),
  );
  say(fit, context);
  return { fit, ...(states === undefined ? {} : { states }) };
}

/** The states to show: all but running, which is where a track is empty. */
function statesOf(recording: Recording, by: readonly number[] | undefined): StateSlices | undefined {
  const { forest } = recording;
  if (forest.processes.every((_, process) => recording.staysOf(process) === undefined)) return undefined;
  const states = by ?? STATES.map((_, state) => state).filter((state) => state !== State.running);
  const window = (process: number) => recording.windowOf(process);
  return new StateSlices((process) => recording.staysOf(process), { states, window, starts: false });
}

function say(fit: Fit, { notices }: FormatContext): void {
  const left = leftOut(fit);
  if (left.length === 0) return;
  notices.push({ text: `cut for the viewer: ${left.join("; ")}`, serious: true });
}
