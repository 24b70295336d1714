/** `gotrace top`: what traced processes do now. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { TOP_SORTS } from "../../render/top/screen.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { buildFlags } from "../flags/go-flags.js";
import { type Flag, type ParsedFlags, parseFlags } from "../flags/parse.js";
import { reportOptions } from "../flags/report.js";
import { namesFlag, recordFlags, traceFlags } from "../flags/tables.js";
import { choice, duration, pattern, refuse } from "../flags/values.js";
import { openGate } from "../report/assertions.js";
import { namedFormat } from "../report/formats.js";
import { say } from "../say.js";
import { FollowedProcesses, noProcess, tracesOf } from "../top/followed.js";
import { loopbackAddress, serveUntil } from "../top/metrics-server.js";
import { OwnProgram, type OwnProgramOptions } from "../top/own-program.js";
import { printWindows } from "../top/print.js";
import { showWindows } from "../top/show.js";
import { Windows } from "../top/windows.js";
import { namesTraces } from "../trace-files.js";
import { runPackage } from "./run.js";

/** Flags for programs that top runs. */
const programFlags: readonly Flag[] = [
  {
    name: "log",
    value: "FILE",
    help: "the file for what the package's program prints while top has the terminal (default: a file beside its trace)",
  },
  ...recordFlags,
  ...traceFlags.filter(({ name }) => name !== "help"),
];

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
  ...programFlags,
  ...traceFlags.filter(({ name }) => name === "help"),
  ...buildFlags,
];

export const topCommand: Command = {
  name: "top",
  usage: "top [flags] [PID | DIR | TRACE | <package or .go files> [arguments of the program…]]",
  description: `Shows what running traced processes do now: the calls in flight, oldest first, and for each function how often it was
called in the last second, and how long. The processes are those of 'gotrace run' and of binaries of 'gotrace build': the one with
the number PID, those that write into DIR (GOTRACE_OUT), or all on this machine. They need not know of it, and are not slowed down.

A package is built and run as by 'gotrace run', and its tree follows at its end. What it prints while top has the terminal goes to a
file, whose last lines stand below the numbers; q and Ctrl-C send it SIGINT, and SIGKILL if it does not end.

On a terminal: q ends, space pauses, / filters, r counts from now on, s t c p m n sort, w writes the numbers as JSON. Elsewhere every
window is printed.`,
  flags,
  goFlags: buildFlagsNote,
  examples: [
    "gotrace top",
    "gotrace top 4711",
    "gotrace top ./cmd/server -port 8080",
    "gotrace top --once --format json /var/trace",
  ],
  run,
};

/** The shortest window, nanoseconds. */
const WINDOW_MIN = 10e6;

async function run(words: readonly string[]): Promise<number> {
  const parsed = parseFlags("top", flags, words, (word, before) => !namesProgram(word, before));
  if (parsed.has("help")) {
    process.stdout.write(commandHelp(topCommand));
    return 0;
  }
  const options = optionsOf(parsed);
  const [target, ...more] = parsed.rest;
  if (target !== undefined && namesProgram(target, parsed)) return runProgram(parsed, options);
  const names = [...programFlags, ...buildFlags].map(({ name }) => name);
  refuse(parsed, names, "running processes: it is for a package that top runs");
  if (more.length > 0) {
    throw new UserError(
      `top follows one process or directory, not also ${more[0]}`,
      "see gotrace top --help",
      ExitCode.usage,
    );
  }
  return follow(target, options);
}

function optionsOf(parsed: ParsedFlags): OwnProgramOptions {
  const match = pattern(parsed, "match");
  const address = parsed.string("metrics");
  return {
    interval: Math.max(WINDOW_MIN, duration(parsed, "interval", 1e9)),
    once: parsed.has("once"),
    isJson: choice(parsed, "format", ["table", "json"]) === "json",
    sort: choice(parsed, "sort", TOP_SORTS),
    fullNames: parsed.has("full-names"),
    matches: (name) => match?.test(name) ?? true,
    metrics: address === undefined ? undefined : loopbackAddress(address),
    log: parsed.string("log"),
  };
}

/** Whether a word is a package, or a file of one: not the number of a process, a trace, or a directory for traces. */
function namesProgram(word: string, flags: ParsedFlags): boolean {
  if (flags.rest.length > 0 && word !== flags.rest[0]) return false;
  if (/^\d+$/.test(word)) return false;
  const path = resolve(flags.string("C") ?? ".", word);
  if (!existsSync(path)) return !isAbsolute(word) && !namesTraces(path);
  if (!statSync(path).isDirectory()) return !namesTraces(path);
  const names = readdirSync(path);
  // A directory of a package may have saved traces, which nobody writes.
  return names.some((name) => name.endsWith(".go")) && !names.some((name) => /^\d+-\d+\.gotrace$/.test(name));
}

async function runProgram(parsed: ParsedFlags, options: OwnProgramOptions): Promise<number> {
  if (options.once) {
    throw new UserError(
      "--once is not for a package that top runs: the program would go on after the window",
      "start it with 'gotrace run', and see one window with 'gotrace top --once'",
      ExitCode.usage,
    );
  }
  const report = reportOptions(parsed, "sort");
  return runPackage("top", parsed, report, namedFormat("tree"), openGate, parsed.rest, new OwnProgram(options));
}

/** Follows processes that somebody else has started. */
async function follow(target: string | undefined, options: OwnProgramOptions): Promise<number> {
  const { metrics, once, isJson } = options;
  const followed = new FollowedProcesses(tracesOf(target));
  const windows = new Windows(followed, options.interval, options.matches);
  const stopped = new AbortController();
  const stop = () => stopped.abort();
  try {
    if (windows.begin() === 0 && metrics === undefined) throw noProcess(target);
    if (metrics !== undefined) {
      process.once("SIGINT", stop).once("SIGTERM", stop);
      await serveUntil(stopped.signal, windows, metrics);
    } else if (process.stdout.isTTY && !once && !isJson) {
      process.once("SIGINT", stop).once("SIGTERM", stop);
      const quit = () => {
        stop();
        return "";
      };
      await showWindows({ windows, over: stopped.signal, quit, ended: stop }, options);
      if (!windows.isRunning) say("all processes have ended");
    } else await printWindows(windows, options);
    return 0;
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    followed.close();
  }
}
