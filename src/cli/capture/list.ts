/** `gotrace capture --list`: what the agent in a server has, as tables or JSON. */
import { jsonText, printable } from "../../base/printable.js";
import { formatBytes, formatDuration, formatNumberOf } from "../../base/units.js";
import { quoteWord } from "../../base/words.js";
import { columns, name, number } from "../../render/columns.js";
import { measureFor, painter } from "../../render/style.js";
import type { Output } from "../output.js";
import type { Access } from "./access.js";
import { type AgentState, agentState, type RemoteSnapshot, remoteSnapshots } from "./agent.js";
import type { CaptureTarget } from "./target.js";

/** Snapshots that the table shows: the latest. */
const SHOWN = 10;

/** What an agent says, and its snapshots, oldest first. */
interface Listing extends AgentState {
  readonly files: readonly RemoteSnapshot[];
}

/** Asks the agent. @param target of its `/debug/gotrace/` @throws UserError if there is none, or it refuses */
export async function listing(target: CaptureTarget, access: Access): Promise<Listing> {
  const state = await agentState(target, access);
  const has = state.serves.includes("snapshots");
  return { ...state, files: has ? await remoteSnapshots(target, access) : [] };
}

/** The listing as one JSON document. */
export function listingJson({ address }: CaptureTarget, { whyNot, files, snapshots, ...rest }: Listing): string {
  const shown = { server: address, ...rest, why_not: whyNot, snapshots: snapshots && { ...snapshots, files } };
  return `${jsonText(shown, undefined, 2)}\n`;
}

/** The listing as tables. @param now for ages, in milliseconds since 1970 */
export async function* listingTables(
  target: CaptureTarget,
  state: Listing,
  { colour, width }: Output,
  now: number,
): AsyncGenerator<string> {
  const paint = painter(colour);
  const address = quoteWord(target.address);
  const names = [...new Set([...state.serves, ...Object.keys(state.whyNot)])].sort(
    (a, b) => Number(state.serves.includes(b)) - Number(state.serves.includes(a)),
  );
  const rows = names.map((one) => [
    one,
    state.serves.includes(one) ? "yes" : `no: ${state.whyNot[one] || "it does not say why"}`,
    state.serves.includes(one) ? (COMMANDS[one]?.(target, address) ?? urlOf(target, ENDPOINTS[one] ?? one)) : "",
  ]);
  const files = state.files.slice(-SHOWN);
  const widthOf = await measureFor([...rows.flat(), ...files.map((file) => file.name)]);
  const style = { paint, width, widthOf };
  yield `${paint("bold", printable(target.server))}: ${program(state, now)}\n\n`;
  yield* columns(
    [name("SERVES"), name("HERE"), name("GET IT WITH")],
    rows.map((cells) => ({ cells })),
    style,
  );
  yield `\n${captures(state, now)}\n`;
  if (state.sentinel) yield `${sentinel(state.sentinel, now)}\n`;
  if (!state.snapshots) return;
  const { count, bytes, dir } = state.snapshots;
  yield `${formatNumberOf(count, "snapshot")}, ${formatBytes(bytes)}${dir === undefined ? "" : `, in ${dir} there`}\n`;
  if (files.length === 0) return;
  if (files.length < state.files.length) yield `the latest ${files.length}:\n`;
  yield "\n";
  yield* columns(
    [name("TIME"), number("SIZE"), name("REASON"), name("NAME")],
    files.map((file) => ({ cells: [ago(file.time, now), formatBytes(file.bytes), file.reason ?? "", file.name] })),
    style,
  );
  const last = urlOf(target, `snapshots/${encodeURIComponent(files.at(-1)!.name)}`);
  yield `\nnext: gotrace capture ${last} · gotrace capture --watch ${address}\n`;
}

const COMMANDS: Readonly<Record<string, (target: CaptureTarget, address: string) => string>> = {
  trace: (_, address) => `gotrace capture ${address}`,
  flight: (_, address) => `gotrace capture --flight ${address}`,
  calls: (_, address) => `gotrace capture --calls ${address}`,
  snapshots: (_, address) => `gotrace capture --watch ${address}`,
};

/** Endpoints whose names are not those that the agent gives them. */
const ENDPOINTS: Readonly<Record<string, string>> = { pprof: "../pprof/" };

/** The address of an endpoint for people, as a word of a command line. */
function urlOf(target: CaptureTarget, path: string): string {
  const url = new URL(path, target.url);
  return quoteWord(target.socket === undefined ? url.href : `unix://${target.socket}:${url.pathname}`);
}

function program({ module, version, pid, go, started }: AgentState, now: number): string {
  const what = [module, version].filter((one) => one !== undefined).join(" ");
  const parts = [
    what || "a program that does not say its name",
    ...(pid === undefined ? [] : [`process ${pid}`]),
    ...(go === undefined ? [] : [go.replace(/^go/, "Go ")]),
    ...(started === undefined ? [] : [`up ${age(started, now)}`]),
  ];
  return parts.join(", ");
}

function captures({ capture }: AgentState, now: number): string {
  if (capture.running) return "a capture is running";
  const left = capture.next === undefined ? 0 : Date.parse(capture.next) - now;
  return left > 0 ? `the next capture: in ${Math.ceil(left / 1000)}s` : "a capture can begin now";
}

function sentinel({ on, last }: NonNullable<AgentState["sentinel"]>, now: number): string {
  if (!on) return "the sentinel is off";
  if (!last) return "the sentinel is on, and has not fired";
  return `the sentinel is on; it last fired ${ago(last.time, now)}${last.reason === undefined ? "" : `: ${last.reason}`}`;
}

/** `14:32:05, 3m 2s ago`, with the day where it was another one. */
function ago(time: string | undefined, now: number): string {
  const at = time === undefined ? Number.NaN : Date.parse(time);
  if (Number.isNaN(at)) return "at a time that it does not say";
  const [day, clock] = new Date(at).toLocaleString("sv-SE").split(" ");
  const today = new Date(now).toLocaleString("sv-SE").startsWith(day);
  return `${today ? "" : `${day} `}${clock}, ${age(time!, now)} ago`;
}

function age(time: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  if (Number.isNaN(seconds)) return "for a time that it does not say";
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1e9);
}
