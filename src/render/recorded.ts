/** What a trace says about how it was recorded: since when a ring reaches, pauses, and what was left out on purpose. */
import { formatBytes, formatCount, formatDuration, formatNumberOf } from "../base/units.js";
import type { ProcessTree } from "../calltree/index.js";
import { snapshotLine } from "./snapshot.js";

/** The lines about what was not recorded on purpose. */
export function recordedNotices(process: ProcessTree): string[] {
  return [
    snapshotLines,
    reachLine,
    earlierLine,
    statesLine,
    givenBackLine,
    pausesLine,
    lateLine,
    settingsLines,
  ].flatMap((lines) => lines(process));
}

function snapshotLines({ cause, info }: ProcessTree): string[] {
  if (cause !== undefined) return [snapshotLine(info.pid, cause)];
  if (info.stop?.reason !== "snapshot") return [];
  return [`a snapshot, taken ${formatDuration(info.stop.at)} after the start; the recording went on`];
}

function reachLine({ reach, end }: ProcessTree): string[] {
  if (reach === undefined) return [];
  const last = formatDuration(Math.max(0, end - reach));
  return [`a ring: the last ${last} of ${formatDuration(end)}; what came before was overwritten`];
}

function earlierLine(process: ProcessTree): string[] {
  const { reach, counts } = process;
  if (counts.earlier === 0 || reach === undefined) return [];
  const when = pausesOf(process).length === 0 ? "before that" : "before that, or in a pause";
  return [`began ${when}: ${formatNumberOf(counts.earlier, "frame")}, with the times since then (≥)`];
}

/** Calls that were entered late; those of a ring are told with those that began before it. */
function lateLine({ reach, counts: { earlier } }: ProcessTree): string[] {
  if (earlier === 0 || reach !== undefined) return [];
  return [`began while they were not recorded: ${formatNumberOf(earlier, "call")}, with the times since then (≥)`];
}

/** Why a ring does not have the states of its calls although they were asked for. */
function statesLine(process: ProcessTree): string[] {
  const { control, info } = process;
  const { states = "none" } = control ?? {};
  if (states === "none" || states === "written" || process.tree.states !== undefined) return [];
  const isCopy = info.stop?.reason === "snapshot";
  const on = isCopy
    ? "the process was about to append them to the snapshot, or ended before"
    : info.now === undefined
      ? "the process did not end by itself, and had them in memory; snapshots have them (--dump-when, gotrace record --dump)"
      : "those of a ring come at the end of the process, and with a snapshot (gotrace record PID --dump)";
  return [`no states of calls: ${states === "on" ? on : WITHOUT_STATES[states]}`];
}

const WITHOUT_STATES = {
  busy: "those of four earlier snapshots were still to be written",
  failed: "they could not be written to the snapshot",
  oldGo: "those of a ring need a program built by Go 1.25 or later",
  own: "the program uses Go's flight recorder itself, and a process can have only one",
  unstarted: "Go's flight recorder could not be started, because the program was traced already",
} as const;

function givenBackLine({ control, guesses = 0 }: ProcessTree): string[] {
  const given = Number(control?.numbers.given ?? 0n);
  if (given === 0) return [];
  return [
    `read while the program ran, and given back: ${formatBytes(given)} of calls; --save FILE keeps them`,
    ...(guesses === 0
      ? []
      : [`placed by a guess: ${formatNumberOf(guesses, "goroutine")}, as that was known too late`]),
  ];
}

/** The times during which recording was paused, nanoseconds since the start of the process; the last one may be open. */
function pausesOf({ control, info, end }: ProcessTree): { readonly from: number; readonly to: number }[] {
  if (control === undefined) return [];
  const { gates, numbers } = control;
  const changes = gates.map(({ nano, isPaused }) => ({ at: Number(nano) - info.startNano, isPaused }));
  const pauses: { from: number; to: number }[] = [];
  // What was before the first change is the opposite of it; when that began is unknown if changes were forgotten.
  const isPausedFirst = changes.length > 0 ? !changes[0].isPaused : numbers.gate !== 0n;
  let since = isPausedFirst && !hasForgotten(control) ? 0 : undefined;
  for (const { at, isPaused } of changes) {
    if (isPaused) since ??= at;
    else if (since !== undefined) {
      pauses.push({ from: since, to: at });
      since = undefined;
    }
  }
  if (since !== undefined) pauses.push({ from: since, to: Math.max(since, end) });
  return pauses;
}

/** Whether the log had no room for all changes. */
function hasForgotten({ numbers, gates }: NonNullable<ProcessTree["control"]>): boolean {
  return Number(numbers.changes) > gates.length;
}

function pausesLine(process: ProcessTree): string[] {
  const { control, reach = 0, end } = process;
  const pauses = pausesOf(process)
    .map(({ from, to }) => ({ from: Math.max(from, reach), to: Math.min(to, end) }))
    .filter(({ from, to }) => to > from);
  if (control === undefined || pauses.length === 0) return [];
  const time = pauses.reduce((sum, { from, to }) => sum + to - from, 0);
  const forgotten = hasForgotten(control) ? "at least " : "";
  const times = pauses.length === 1 ? "once" : `${formatCount(pauses.length)} times`;
  const still = control.numbers.gate === 0n ? "" : ", the last time to the end";
  const when = pauses.length === 1 ? `${still.replace("the last time ", "")}` : still;
  return [
    `recording was paused ${forgotten}${times}, for ${formatDuration(time)}${when}: calls that began then are missing, except those that made others later`,
    ...behindLine(Number(control.numbers.behind), pauses.length),
  ];
}

function behindLine(behind: number, pauses: number): string[] {
  if (behind === 0) return [];
  const which = behind < pauses ? `${formatNumberOf(behind, "pause")} because` : "that is because";
  return [`${which} gotrace could not read as fast as the program wrote: --exclude and --skip-inlined trace less`];
}

function settingsLines({ control, leftOut }: ProcessTree): string[] {
  if (control === undefined) return [];
  const { numbers, text } = control;
  const lines: string[] = [];
  const calls = leftOut.reduce((sum, { calls }) => sum + calls, 0);
  const time = leftOut.reduce((sum, { time }) => sum + time, 0);
  if (numbers.minimum > 0n || calls > 0) {
    const short =
      numbers.minimum > 0n ? ` shorter than ${formatDuration(Number(numbers.minimum))}` : " that were short";
    const most = leftOut.length === 0 ? "" : `, most of them of ${leftOut[0].name}`;
    const count = `${formatNumberOf(calls, "call")} of ${formatDuration(time)} in all${most}`;
    lines.push(`calls${short} are not kept, unless they made longer ones: ${calls === 0 ? "none so far" : count}`);
  }
  if (numbers.depth > 0n)
    lines.push(`calls deeper than ${formatNumberOf(Number(numbers.depth), "level")} are not recorded`);
  if (text !== "") {
    const rules = text.split("\n").filter((line) => line !== "");
    lines.push(`only some functions are recorded; the last of these that matches decides: ${rules.join(", ")}`);
  }
  return lines;
}
