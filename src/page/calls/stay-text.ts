/** What a goroutine does in a stay, in words: for what it waits, how long, and who ended it. */
import { formatDuration, formatNumberOf } from "../../base/units.js";
import { type PageStays, STATES, State, type StateName, type StayKind, type StayRow } from "../data/states.js";
import type { CallModel } from "./model.js";
import { partsText } from "./part-states.js";

const verbs: Record<StateName, (time: string) => string> = {
  running: (time) => `runs ${time}`,
  runnable: (time) => `is ready and waits ${time} for a processor`,
  lock: (time) => `waits ${time} for a lock`,
  wait: (time) => `waits ${time} for a WaitGroup, Cond or Once`,
  channel: (time) => `waits ${time} for a channel`,
  select: (time) => `waits ${time} in a select`,
  network: (time) => `waits ${time} for the network`,
  sleep: (time) => `sleeps ${time}`,
  syscall: (time) => `is ${time} in a system call`,
  gc: (time) => `works or waits ${time} for the collector`,
  other: (time) => `waits ${time}`,
  unknown: (time) => `${time} that the execution trace does not have`,
};

/** The kind of a stay; undefined for merged ones. */
function kindOf({ kinds }: PageStays, row: StayRow, stay: number): StayKind | undefined {
  return kinds[row.kind[stay]];
}

/** `waits 40.0ms for a lock (sync) in main.get, ended by goroutine 2 in main.put`. */
export function stayText(model: CallModel, stays: PageStays, row: StayRow, stay: number): string {
  const kind = kindOf(stays, row, stay);
  const time = formatDuration(row.begin[stay + 1] - row.begin[stay]);
  const mixed = row.mixed.get(stay);
  if (mixed) return `${formatNumberOf(mixed.count, "short stay")} in ${time}: ${partsText([...mixed.times])}`;
  return kind ? workText(model, kind, time, row.waker[stay]) : "";
}

/** The same for a stay of a kind. @param waker who ended it; -1 for nobody */
export function workText(model: CallModel, kind: StayKind, time: string, waker: number): string {
  const says = kind.state !== State.running;
  const reason = says && kind.reason !== "" && kind.reason !== STATES[kind.state] ? ` (${kind.reason})` : "";
  const place = says && kind.place !== "" ? ` in ${model.shorten(kind.place)}` : "";
  return `${verbs[STATES[kind.state]](time)}${reason}${place}${endText(model, kind, waker)}`;
}

function endText(model: CallModel, { state, wakerPlace }: StayKind, waker: number): string {
  if (waker < 0) return "";
  const word = state === State.runnable ? "made ready" : "ended";
  return `, ${word} by goroutine ${waker}${wakerPlace === "" ? "" : ` in ${model.shorten(wakerPlace)}`}`;
}
