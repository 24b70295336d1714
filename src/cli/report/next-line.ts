/** The line below a report that suggests commands for the same traces. */
import { shortName } from "../../base/names.js";
import { printable } from "../../base/printable.js";
import { quoteWord } from "../../base/words.js";
import { isGivenBack } from "../../calltrace/index.js";
import type { Recording, SnapshotCause } from "../../calltree/index.js";
import type { Format, FormatContext } from "./format.js";

/** The line for a format; none if it suggests nothing. @param traces the words that name the traces; undefined if they cannot be named */
export function nextCommands(
  { next }: Format,
  recording: Recording,
  traces: readonly string[] | undefined,
): readonly string[] {
  const commands = typeof next === "function" ? next(recording) : next;
  if (commands === undefined || traces === undefined) return [];
  if (recording.forest.processes.some(isGivenBack)) {
    // The others show single calls.
    const isStats = commands.includes("stats") && recording.forest.processes.every(({ durations }) => durations);
    return isStats ? [nextLine(["stats"], traces)] : [];
  }
  const call = snapshotCall(recording);
  return [nextLine(call === undefined ? commands : commands.map((one) => (one === "calls FUNC" ? call : one)), traces)];
}

/** The command for the call that was the reason for a snapshot; undefined without one. */
function snapshotCall({ forest: { processes } }: Recording): string | undefined {
  const { cause } = processes[0] ?? {};
  return processes.length === 1 && cause !== undefined ? callOfCause(cause) : undefined;
}

/** The comment by which gotrace's agent has a snapshot written when a client asks: that call is no reason for anything. */
const OF_AGENT = /\.callSnapshot$/;

/** The command that shows the call which was the reason for a snapshot; undefined without one. */
export function callOfCause({ trigger, function: name, goroutine, call }: SnapshotCause): string | undefined {
  if (name === undefined || goroutine === undefined) return undefined;
  if (call !== undefined) return `report --call ${goroutine}.${call}`;
  if (trigger === "//gotrace:dump" && OF_AGENT.test(name)) return undefined;
  return `calls ${quoteWord(shortName(name))} --goroutine ${goroutine} --last 1 --tree`;
}

/** Makes the command that shows a call; undefined if the traces cannot be named. @param apart values of `--exec-trace` */
export function callCommand(
  traces: readonly string[] | undefined,
  apart: readonly string[] = [],
): FormatContext["callCommand"] {
  if (traces === undefined) return undefined;
  const words = [...apart.map((file) => `--exec-trace=${file}`), ...traces].map(quoteWord);
  return (id) => ["gotrace report --call", id, ...words].join(" ");
}

/** The line with these commands. */
export function nextLine(commands: readonly string[], traces: readonly string[]): string {
  const words = printable(traces.map(quoteWord).join(" "));
  return `next: ${commands.map((command) => `gotrace ${command}${words && ` ${words}`}`).join(" · ")}\n`;
}
