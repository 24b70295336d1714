/**
 * Talks to gotrace's agent in a server (`gotrace agent` writes it): what it serves, what it does now, which snapshots it has.
 * Its answers are JSON; what is missing or has another type is left out, so that other versions of the agent can be read.
 */
import { ExitCode, UserError } from "../../base/errors.js";
import { printable } from "../../base/printable.js";
import type { Access } from "./access.js";
import { connect } from "./connect.js";
import { connectionError, refusal } from "./refusal.js";
import { type CaptureTarget, endpoint } from "./target.js";

/** The most bytes and milliseconds that an answer may take. */
const MAX_BYTES = 8 << 20;
const PATIENCE = 15_000;

/** What an agent says about itself. */
export interface AgentState {
  /** The release of Go, `go1.26.1`. */
  readonly go?: string | undefined;
  /** The path of the program's main module. */
  readonly module?: string | undefined;
  /** The program's version. */
  readonly version?: string | undefined;
  readonly pid?: number | undefined;
  /** When the process started, RFC 3339. */
  readonly started?: string | undefined;
  /** What it serves here: `trace`, `flight`, `calls` … */
  readonly serves: readonly string[];
  /** For what it does not serve, why not. */
  readonly whyNot: Readonly<Record<string, string>>;
  readonly capture: { readonly running: boolean; readonly next?: string | undefined };
  /** Of the directory on the server; undefined if it keeps none. */
  readonly snapshots?:
    | { readonly dir?: string | undefined; readonly count: number; readonly bytes: number }
    | undefined;
  readonly sentinel?:
    | {
        readonly on: boolean;
        readonly last?: { readonly time?: string | undefined; readonly reason?: string | undefined } | undefined;
      }
    | undefined;
}

/** A snapshot that an agent has. */
export interface RemoteSnapshot {
  readonly name: string;
  readonly bytes: number;
  /** RFC 3339. */
  readonly time?: string | undefined;
  readonly reason?: string | undefined;
}

/** Asks an agent for its state. @param target of its `/debug/gotrace/` @throws UserError if there is none, or it refuses */
export async function agentState(target: CaptureTarget, access: Access, signal?: AbortSignal): Promise<AgentState> {
  const answer = await json(target, access, signal);
  if (!isObject(answer) || typeof answer.agent !== "number") throw noAgent(target);
  const { serves, why_not: reasons } = answer;
  const capture = isObject(answer.capture) ? answer.capture : {};
  const snapshots = isObject(answer.snapshots) ? answer.snapshots : undefined;
  const sentinel = isObject(answer.sentinel) ? answer.sentinel : undefined;
  const last = isObject(sentinel?.last) ? sentinel.last : undefined;
  return {
    go: text(answer.go),
    module: text(answer.module),
    version: text(answer.version),
    pid: number(answer.pid),
    started: text(answer.started),
    serves: Array.isArray(serves) ? serves.flatMap((one) => text(one) ?? []) : [],
    whyNot: Object.fromEntries(
      Object.entries(isObject(reasons) ? reasons : {}).map(([name, why]) => [name, text(why) ?? ""]),
    ),
    capture: { running: capture.running === true, next: text(capture.next) },
    snapshots: snapshots && {
      dir: text(snapshots.dir),
      count: number(snapshots.count) ?? 0,
      bytes: number(snapshots.bytes) ?? 0,
    },
    sentinel: sentinel && {
      on: sentinel.on === true,
      last: last && { time: text(last.time), reason: text(last.reason) },
    },
  };
}

/** The snapshots that an agent has, oldest first. @param after only later ones than that of this name */
export async function remoteSnapshots(
  target: CaptureTarget,
  access: Access,
  signal?: AbortSignal,
  after?: string,
): Promise<RemoteSnapshot[]> {
  const answer = await json(endpoint(target, "snapshots", after === undefined ? {} : { after }), access, signal);
  if (!Array.isArray(answer)) throw noAgent(target);
  return answer.flatMap((one: unknown) => {
    const name = isObject(one) ? text(one.name) : undefined;
    if (!isObject(one) || name === undefined) return [];
    return [{ name, bytes: number(one.bytes) ?? 0, time: text(one.time), reason: text(one.reason) }];
  });
}

async function json(target: CaptureTarget, access: Access, stop?: AbortSignal): Promise<unknown> {
  const late = AbortSignal.timeout(PATIENCE);
  let body = "";
  try {
    const answer = await connect(target, access, stop ? AbortSignal.any([stop, late]) : late);
    const { response } = answer;
    if (response.statusCode !== 200) throw await refusal(target, access, answer);
    try {
      const decoder = new TextDecoder();
      for await (const chunk of response as AsyncIterable<Buffer>) {
        body += decoder.decode(chunk, { stream: true });
        if (body.length > MAX_BYTES) throw noAgent(target);
      }
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (error instanceof UserError || stop?.aborted) throw error;
    const shown = late.aborted
      ? Object.assign(new Error(`no answer within ${PATIENCE / 1000}s`), { code: "ETIMEDOUT" })
      : error;
    throw connectionError(target, shown as NodeJS.ErrnoException);
  }
  try {
    return JSON.parse(body);
  } catch {
    throw noAgent(target);
  }
}

function noAgent({ server, url }: CaptureTarget): UserError {
  return new UserError(
    `${server} does not answer as a gotrace agent at ${url.pathname}`,
    "'gotrace agent' writes one; without --flight, --calls, --list, a capture needs net/http/pprof only",
    ExitCode.noInput,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Foreign text is made harmless here, once. */
function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? printable(value).slice(0, 500) : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value : undefined;
}
