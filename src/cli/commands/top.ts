/** `gotrace top`: what running traced processes do now. */
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { type Naming, shortName } from "../../base/names.js";
import { Metrics } from "../../export/prometheus.js";
import { type Follower, matchingSnapshot, type Snapshot, takeSnapshot } from "../../follow/index.js";
import { measureFor } from "../../render/style.js";
import { snapshotJson } from "../../render/top/json.js";
import { screenLines, TOP_SORTS, type TopSort } from "../../render/top/screen.js";
import { type Command, commandHelp } from "../command.js";
import { type Flag, parseFlags } from "../flags/parse.js";
import { helpFlag, namesFlag } from "../flags/tables.js";
import { choice, duration, pattern } from "../flags/values.js";
import { say } from "../say.js";
import { FollowedProcesses, tracesOf } from "../top/followed.js";
import { Keys } from "../top/keys.js";
import { type Address, loopbackAddress, serveMetrics } from "../top/metrics-server.js";
import { Terminal } from "../top/terminal.js";

const flags: readonly Flag[] = [
  { name: "interval", value: "DURATION", help: "how long each window lasts (default 1s)" },
  { name: "once", help: "print one window and stop" },
  { name: "sort", value: "COLUMN", help: "sort functions by self (default), total, calls, p99, max, panics or name" },
  { name: "format", value: "FORMAT", help: "table (default), or json: one line for each window" },
  { name: "match", value: "REGEXP", help: "only functions whose names match, and calls in flight through them" },
  {
    name: "metrics",
    value: "ADDR",
    help: "print nothing, but serve the numbers to Prometheus at http://ADDR/metrics until Ctrl-C: PORT, or 127.0.0.1:PORT",
  },
  namesFlag,
  helpFlag,
];

export const topCommand: Command = {
  name: "top",
  usage: "top [flags] [PID | DIR | TRACE]",
  description: `Shows what running traced processes do now: the calls in flight, oldest first, and for each function how often it was
called in the last second, and how long. The processes are those of 'gotrace run' and of binaries of 'gotrace build': the one with
the number PID, those that write into DIR (GOTRACE_OUT), or all on this machine. They need not know of it, and are not slowed down.

On a terminal: q ends, space pauses, / filters, s t c p m n sort, w writes the numbers as JSON. Elsewhere every window is printed.`,
  flags,
  examples: ["gotrace top", "gotrace top 4711", "gotrace top --once --format json /var/trace"],
  run,
};

/** The shortest window, nanoseconds. */
const WINDOW_MIN = 10e6;

interface Options {
  readonly interval: number;
  readonly once: boolean;
  readonly isJson: boolean;
  readonly sort: TopSort;
  readonly naming: Naming | undefined;
  readonly metrics: Address | undefined;
}

async function run(words: readonly string[]): Promise<number> {
  const parsed = parseFlags("top", flags, words, true);
  if (parsed.has("help")) {
    process.stdout.write(commandHelp(topCommand));
    return 0;
  }
  const [target, ...more] = parsed.rest;
  if (more.length > 0) {
    throw new UserError(
      `top follows one process or directory, not also ${more[0]}`,
      "see gotrace top --help",
      ExitCode.usage,
    );
  }
  const address = parsed.string("metrics");
  const options: Options = {
    interval: Math.max(WINDOW_MIN, duration(parsed, "interval", 1e9)),
    once: parsed.has("once"),
    isJson: choice(parsed, "format", ["table", "json"]) === "json",
    sort: choice(parsed, "sort", TOP_SORTS),
    naming: parsed.has("full-names") ? undefined : shortName,
    metrics: address === undefined ? undefined : loopbackAddress(address),
  };
  const match = pattern(parsed, "match");
  const followed = new FollowedProcesses(tracesOf(target));
  try {
    const windows = new Windows(followed, options.interval, (name) => match?.test(name) ?? true);
    if (windows.begin() === 0 && options.metrics === undefined) throw noProcess(target);
    if (options.metrics !== undefined) return await served(windows, options.metrics);
    if (process.stdout.isTTY && !options.once && !options.isJson) return await showOn(windows, options);
    return await printed(windows, options);
  } finally {
    followed.close();
  }
}

/** One window after another. */
class Windows {
  private begun = 0n;

  constructor(
    private readonly followed: FollowedProcesses,
    private readonly interval: number,
    private readonly matches: (name: string) => boolean,
  ) {}

  /** Reads what was written before. @returns the number of processes */
  begin(): number {
    const followers = this.followed.poll();
    this.sum(followers);
    return followers.length;
  }

  get isRunning(): boolean {
    return this.followed.isRunning;
  }

  /** Milliseconds until the window ends. */
  get left(): number {
    return Math.max(0, (this.interval - Number(process.hrtime.bigint() - this.begun)) / 1e6);
  }

  next(): Snapshot {
    return this.sum(this.followed.poll());
  }

  private sum(followers: readonly Follower[]): Snapshot {
    const now = process.hrtime.bigint();
    const length = Number(now - this.begun);
    this.begun = now;
    return matchingSnapshot(takeSnapshot(followers, Date.now(), length), this.matches);
  }
}

/** Prints windows until all processes have ended. */
async function printed(windows: Windows, { once, isJson, sort, naming }: Options): Promise<number> {
  let isFirst = true;
  do {
    await sleep(windows.left);
    const snapshot = windows.next();
    const text = isJson ? snapshotJson(snapshot) : await tableOf(snapshot, sort, naming);
    process.stdout.write(isFirst || isJson ? text : `\n${text}`);
    isFirst = false;
  } while (!once && windows.isRunning);
  return 0;
}

async function tableOf(snapshot: Snapshot, sort: TopSort, naming: Naming | undefined): Promise<string> {
  const style = { colour: false, width: undefined, widthOf: await measureOf(snapshot), sort };
  return `${screenLines(snapshot, naming === undefined ? style : { ...style, naming }).join("\n")}\n`;
}

function measureOf({ functions, inFlight }: Snapshot) {
  return measureFor([...functions.map(({ name }) => name), ...inFlight.flatMap(({ path }) => path)]);
}

/** Shows windows on the terminal until a key ends it, or all processes have ended. */
async function showOn(windows: Windows, { sort, naming }: Options): Promise<number> {
  const keys = new Keys(sort);
  let snapshot = windows.next();
  let message = "";
  let wake = () => {};
  let isDone = false;
  const draw = async () => {
    const filter = keys.filter.toLowerCase();
    const shown = matchingSnapshot(snapshot, (name) => name.toLowerCase().includes(filter));
    const lines = screenLines(shown, {
      colour: true,
      width: terminal.width,
      height: terminal.height - 1,
      widthOf: await measureOf(snapshot),
      ...(naming === undefined ? {} : { naming }),
      sort: keys.sort,
    });
    terminal.draw(lines, message === "" ? keys.line : message);
  };
  const terminal = new Terminal(process.stdout, process.stdin, (text) => {
    const action = keys.press(text);
    message = "";
    if (action === "save") message = saved(snapshot);
    isDone ||= action === "quit";
    if (isDone) wake();
    else void draw();
  });
  const end = () => {
    isDone = true;
    wake();
  };
  process.once("SIGINT", end).once("SIGTERM", end);
  try {
    while (!isDone && windows.isRunning) {
      await Promise.race([sleep(windows.left), new Promise<void>((resolve) => (wake = resolve))]);
      if (isDone) break;
      const next = windows.next();
      if (!keys.isPaused) snapshot = next;
      await draw();
    }
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
    terminal.close();
  }
  if (!windows.isRunning) say("all processes have ended");
  return 0;
}

/** Serves metrics until a signal comes, also of processes that start later. */
async function served(windows: Windows, address: Address): Promise<number> {
  const metrics = new Metrics();
  const { server, url } = await serveMetrics(address, () => metrics.text());
  say(`metrics: ${url}`);
  const ended = new AbortController();
  const end = () => ended.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  while (!ended.signal.aborted) {
    await sleep(windows.left, undefined, { signal: ended.signal }).catch(() => undefined);
    metrics.add(windows.next());
  }
  server.close();
  server.closeAllConnections();
  return 0;
}

/** Writes a snapshot into the current directory. @returns what to say about it */
function saved(snapshot: Snapshot): string {
  const file = `gotrace-top-${new Date(snapshot.time).toISOString().replace(/[:.]/g, "-")}.json`;
  try {
    writeFileSync(file, snapshotJson(snapshot), { flag: "wx" });
    return `written: ${file}`;
  } catch (error) {
    return `cannot write ${file}: ${messageOf(error)}`;
  }
}

function noProcess(target: string | undefined): UserError {
  const what =
    target === undefined ? "on this machine" : /^\d+$/.test(target) ? `with number ${target}` : `in ${target}`;
  return new UserError(
    `no traced process runs ${what}`,
    "start one with 'gotrace run', or a binary of 'gotrace build' with GOTRACE_OUT; 'gotrace stats' shows those that have ended",
    ExitCode.noInput,
  );
}
