/** One capture: waits for its turn, downloads a trace, says what came, and has it analyzed. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, UserError } from "../../base/errors.js";
import { formatBytes } from "../../base/units.js";
import { TraceReader } from "../../exectrace/index.js";
import { openCache } from "../../gotool/cache.js";
import { openChunks } from "../analyze/read-chunks.js";
import { checkWritable } from "../output.js";
import { say } from "../say.js";
import { traceKindOf } from "../trace-kind.js";
import type { Access } from "./access.js";
import { type Cut, type Downloaded, type DownloadOptions, download } from "./download.js";
import { CaptureProgress } from "./progress.js";
import { RetryLater } from "./refusal.js";
import { Stop } from "./stop.js";
import type { CaptureTarget } from "./target.js";
import { COOL_DOWN, Turn } from "./turn.js";

/** The longest Retry-After that `--wait` accepts, and the longest time that it waits in all for one capture, in seconds. */
const LONGEST_WAIT = 120;
const LONGEST_WAITS = 600;

export interface FetchRequest {
  readonly target: CaptureTarget;
  readonly access: Access;
  readonly maxBytes: number;
  /** Where the trace goes, relative to the working directory. */
  readonly path: string;
  /** Wait for other captures, and if the server asks for it. */
  readonly wait: boolean;
  /** Reports on the trace, and returns the exit code; undefined if it is only saved. */
  readonly report: ((path: string) => Promise<number>) | undefined;
}

/**
 * Captures a trace.
 * @returns the exit code
 * @throws UserError when there is no trace to be had
 */
export async function fetchTrace({ target, access, maxBytes, path, wait, report }: FetchRequest): Promise<number> {
  const file = resolve(process.cwd(), path);
  checkWritable(file, "-o");
  const stop = new Stop();
  let got: Downloaded;
  try {
    got = await inTurn(target, file, { ...access, maxBytes, signal: stop.signal }, wait);
  } catch (error) {
    if (stop.code !== undefined) return stop.code;
    throw error;
  } finally {
    stop.end();
  }
  const { cut, bytes } = got;
  if (cut && !isUsable(file)) {
    rmSync(file, { force: true });
    if (stop.code === undefined) throw tooEarly(target, got);
    say("stopped before there was anything to keep");
  } else say(`${cut ? "partial trace" : "trace"} in ${path} (${formatBytes(bytes)})`);
  if (stop.code !== undefined) return stop.code;
  if (cut) say(endOf(cut, target));
  return report === undefined ? 0 : report(path);
}

/** The message for a transfer that ended early. */
function endOf(cut: Cut, { server }: CaptureTarget): string {
  if (cut === "time") return `${server} kept sending: gotrace ended the transfer`;
  if (cut === "size") return "the trace has reached its maximum size: gotrace ended the transfer; see --max-size";
  return `${server} ended the transfer early`;
}

function tooEarly(target: CaptureTarget, { cut, bytes }: Downloaded): UserError {
  return new UserError(
    `${endOf(cut!, target)}, after ${formatBytes(bytes)} without anything to keep`,
    "check the server's log, or try again",
    ExitCode.data,
  );
}

/** Waits for the turn and downloads. With `wait`, comes back when the server asks to. */
async function inTurn(
  target: CaptureTarget,
  file: string,
  wanted: Omit<DownloadOptions, "onBytes">,
  wait: boolean,
): Promise<Downloaded> {
  const { signal } = wanted;
  // An agent says itself how long to wait, which is longer.
  const pause = target.url.pathname.includes("/debug/gotrace/") ? 0 : COOL_DOWN;
  const turn = await Turn.take(openCache(process.env, process.cwd()), target.server, { pause, wait, signal, say });
  let captured = false;
  try {
    for (let waited = 0; ; ) {
      const progress = new CaptureProgress(target);
      const onBytes = (bytes: number) => {
        captured = true;
        progress.update(bytes);
      };
      let seconds: number;
      try {
        return await download(target, file, { ...wanted, onBytes });
      } catch (error) {
        if (!wait || !(error instanceof RetryLater)) throw error;
        seconds = error.seconds ?? COOL_DOWN / 1000;
        if (seconds > LONGEST_WAIT || waited + seconds > LONGEST_WAITS) throw error;
        progress.end();
        say(`${error.message}: waiting ${seconds}s${error.loss}`);
      } finally {
        progress.end();
      }
      // A server that asks for no time at all is given a moment.
      await sleep(Math.max(seconds, 0.5) * 1000, undefined, { signal });
      waited += Math.max(seconds, 0.5);
    }
  } finally {
    turn.end(captured);
  }
}

/** Whether a trace that was cut off can be analyzed: an execution trace needs one complete generation, a call trace more than its header. */
function isUsable(path: string): boolean {
  if (traceKindOf(path) === "calls") return true;
  try {
    const reader = new TraceReader(openChunks(path).chunks);
    reader.next();
    return reader.sync.generation > 0;
  } catch {
    return false;
  }
}
