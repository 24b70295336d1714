/** `gotrace capture`: fetches an execution trace from a running server and analyzes it. */

import { X509Certificate } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rootCertificates } from "node:tls";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { printable } from "../../base/printable.js";
import { parseSize } from "../../base/quantity.js";
import { formatBytes } from "../../base/units.js";
import { TraceReader } from "../../exectrace/index.js";
import { openCache } from "../../gotool/cache.js";
import { openChunks } from "../analyze/read-chunks.js";
import { withGrepExitCodes } from "../analyze/read-exec-trace.js";
import { type Cut, type Downloaded, type DownloadOptions, download, MARGIN, MAX_BYTES } from "../capture/download.js";
import { RetryLater } from "../capture/refusal.js";
import { type CaptureTarget, captureTarget, DEFAULT_SECONDS, defaultName, MAX_SECONDS } from "../capture/target.js";
import { COOL_DOWN, Turn } from "../capture/turn.js";
import { type Command, commandHelp } from "../command.js";
import { parseFlags } from "../flags/parse.js";
import { helpFlag } from "../flags/tables.js";
import { checkWritable } from "../output.js";
import { say } from "../say.js";
import { analysisOf, analyzeCommand } from "./analyze.js";

/** The longest Retry-After that `--wait` accepts, in seconds. */
const longestWait = 120;
/** The flags of `analyze` that mean the same here. `-o` does not: it names the trace, and `--report` the findings. */
const passed = analyzeCommand.flags.filter((flag) => flag.name !== "o" && flag.name !== "help");

export const captureCommand: Command = {
  name: "capture",
  usage: "capture [flags] URL",
  description: `Fetches an execution trace from a running Go server, saves it, and analyzes it as 'gotrace analyze' does.
URL is host:port or http://host:port, which stand for /debug/pprof/trace on that server (import _ "net/http/pprof"), or
the full URL of a trace or of a flight recorder; unix:///run/app.sock is a server on a Unix socket, and
unix:///run/app.sock:/path another endpoint of it.

Tracing slows a server down, so captures from one server never overlap, last at most ${MAX_SECONDS} seconds, and are ${COOL_DOWN / 1000}
seconds apart. Ctrl-C closes the connection, which ends the tracing; what has arrived is kept if it can be analyzed later.
Whatever the server does, a capture ends ${MARGIN / 1000} seconds after the requested time, or at --max-size.

Exit codes: those of 'gotrace analyze' (2 also if there is no trace); 130 after Ctrl-C.`,
  flags: [
    {
      name: "seconds",
      value: "N",
      help: `record N seconds, at most ${MAX_SECONDS} (default ${DEFAULT_SECONDS}; flight recorders decide themselves)`,
    },
    { name: "o", value: "FILE", help: "save the trace in FILE (default HOST-PORT-TIME.trace)" },
    {
      name: "header",
      value: "NAME:VALUE",
      repeats: true,
      help: "send a header, for instance 'Authorization: Bearer …'",
    },
    {
      name: "max-size",
      value: "SIZE",
      help: `end when the trace reaches this size (default ${formatBytes(MAX_BYTES)})`,
    },
    { name: "cacert", value: "FILE", help: "also trust the authority whose certificate is in FILE (PEM)" },
    { name: "insecure", help: "accept any certificate" },
    { name: "wait", help: "wait if another capture is running or has just ended, or if the server asks for it" },
    { name: "no-analyze", help: "only save the trace" },
    { name: "report", value: "FILE", help: "write the findings to FILE instead of standard output" },
    ...passed,
    helpFlag,
  ],
  examples: [
    "gotrace capture localhost:6060",
    "gotrace capture --seconds 10 -o slow.trace --format html --report slow.html https://admin.example.com/debug/pprof",
    "gotrace capture http://localhost:6060/debug/flightrecorder",
  ],
  run: (words) => withGrepExitCodes(() => run(words)),
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("capture", captureCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(captureCommand));
    return 0;
  }
  const [address, ...more] = flags.rest;
  if (address === undefined || more.length > 0) {
    const what = address === undefined ? "no server given" : `one server at a time, not ${more.length + 1}`;
    throw new UserError(what, "name one: gotrace capture localhost:6060", ExitCode.usage);
  }
  const target = captureTarget(address, flags.string("seconds"));
  const max = flags.string("max-size");
  const wanted = {
    headers: parseHeaders(flags.values("header")),
    authorities: authoritiesOf(flags.string("cacert")),
    insecure: flags.has("insecure"),
    maxBytes: max === undefined ? MAX_BYTES : parseSize(max, "--max-size"),
  };
  const analyze = analysisOf(flags, "report");
  const cwd = process.cwd();
  const path = flags.string("o") ?? defaultName(target, new Date());
  checkWritable(resolve(cwd, path), "-o");

  const stop = new AbortController();
  let signal: NodeJS.Signals | undefined;
  const onSignal = (received: NodeJS.Signals) => {
    signal = received;
    stop.abort();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, onSignal);
  const file = resolve(cwd, path);
  let got: Downloaded;
  try {
    got = await inTurn(target, file, { ...wanted, signal: stop.signal }, flags.has("wait"));
  } catch (error) {
    if (signal) return 128 + constants.signals[signal];
    throw error;
  } finally {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(name, onSignal);
  }
  const { cut, bytes } = got;
  if (cut && !hasGeneration(file)) {
    rmSync(file, { force: true });
    if (!signal) throw tooEarly(target, got);
    say("stopped before there was anything to keep");
  } else say(`${cut ? "partial trace" : "trace"} in ${path} (${formatBytes(bytes)})`);
  if (signal) return 128 + constants.signals[signal];
  if (cut) say(endOf(cut, target));
  return flags.has("no-analyze") ? 0 : analyze([path]);
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

/** Waits for the turn and downloads. With `wait`, tries once more if the server asks to come back later. */
async function inTurn(
  target: CaptureTarget,
  file: string,
  wanted: Omit<DownloadOptions, "onBytes">,
  wait: boolean,
): Promise<Downloaded> {
  const { signal } = wanted;
  const turn = await Turn.take(openCache(process.env, process.cwd()), target.server, { wait, signal, say });
  let captured = false;
  try {
    const progress = new Progress(target);
    const options = {
      ...wanted,
      onBytes: (bytes: number) => {
        captured = true;
        progress.update(bytes);
      },
    };
    try {
      return await download(target, file, options);
    } catch (error) {
      const seconds = error instanceof RetryLater ? (error.seconds ?? COOL_DOWN / 1000) : Number.POSITIVE_INFINITY;
      if (!wait || seconds > longestWait) throw error;
      say(`${target.server} asks to wait ${seconds}s: waiting`);
      await sleep(seconds * 1000, undefined, { signal });
      return await download(target, file, options);
    } finally {
      progress.end();
    }
  } finally {
    turn.end(captured);
  }
}

/** The certificates to trust: Node's own and those in `file`. @throws UserError when the file holds no valid certificate */
function authoritiesOf(file: string | undefined): readonly string[] | undefined {
  if (file === undefined) return undefined;
  try {
    const pem = readFileSync(file, "utf8");
    const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    for (const one of found) new X509Certificate(one);
    if (found.length === 0) throw new Error("it holds no certificate");
    return [...rootCertificates, ...found];
  } catch (error) {
    throw new UserError(
      `--cacert: cannot use ${file}: ${messageOf(error)}`,
      "name a file with the certificate of an authority, in PEM",
      ExitCode.usage,
    );
  }
}

function parseHeaders(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts) {
    const match = /^([!#$%&'*+.^_`|~\w-]+):\s*([\t\x20-\x7e\x80-\xff]*)$/.exec(text);
    if (!match) {
      throw new UserError(`--header: ${JSON.stringify(text)} is not valid`, "use 'Name: value'", ExitCode.usage);
    }
    headers[match[1].toLowerCase()] = match[2];
  }
  return headers;
}

/** Whether a trace that was cut off can be analyzed: it needs one complete generation. */
function hasGeneration(path: string): boolean {
  try {
    const reader = new TraceReader(openChunks(path).chunks);
    reader.next();
    return reader.sync.generation > 0;
  } catch {
    return false;
  }
}

/** The progress line of a capture on a terminal: server, seconds, bytes. Prints nothing elsewhere. */
class Progress {
  readonly #terminal = process.stderr.isTTY === true;
  readonly #begun = Date.now();
  readonly #what: string;
  readonly #timer: NodeJS.Timeout | undefined;
  #bytes = 0;

  constructor(private readonly target: CaptureTarget) {
    const { seconds, server, url } = target;
    this.#what = `${seconds === undefined ? "fetching" : `recording ${seconds}s`} from ${server}${url.pathname}`;
    if (this.#terminal) this.#timer = setInterval(() => this.#draw(), 200);
  }

  update(bytes: number): void {
    this.#bytes = bytes;
  }

  #draw(): void {
    const { seconds } = this.target;
    const passed = Math.floor((Date.now() - this.#begun) / 1000);
    const time = seconds === undefined ? `${passed}s` : `${Math.min(passed, Math.ceil(seconds))}s`;
    process.stderr.write(`\r\x1b[K${printable(this.#what)}: ${time}, ${formatBytes(this.#bytes)}`);
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#terminal) process.stderr.write("\r\x1b[K");
  }
}
