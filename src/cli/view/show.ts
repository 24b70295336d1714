/** Showing calls in Speedscope, which is bundled: a server of our own for as long as its page is open. */

import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ExitCode, Interrupted, messageOf, UserError } from "../../base/errors.js";
import type { Recording } from "../../calltree/index.js";
import type { Format, FormatContext } from "../formats.js";
import { say } from "../say.js";
import { speedscopeProfile } from "../timelines.js";
import { openBrowser } from "./browser.js";
import { type ServedFile, ViewServer } from "./server.js";

const viewer = fileURLToPath(new URL("../../dist/bin/speedscope", import.meta.url));

/** Speedscope takes a file of this name for what it is, without a guess. */
const PROFILE = "profile.speedscope.json";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".wasm": "application/wasm",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

const second = 1000;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A format that is a page: rendering it is showing it, until it is closed. */
export const pageFormat: Format = {
  name: "view",
  complete: true,
  elsewhere: true,
  render: async (recording, context) => {
    await show(recording, context);
    return [];
  },
};

/** @throws Interrupted when a signal ended it */
async function show(recording: Recording, context: FormatContext): Promise<void> {
  const { flags, statements } = context;
  const isEmpty = recording.forest.processes.every(({ tree }) => tree.size === 1);
  const profile = isEmpty ? undefined : speedscopeProfile(recording, context);
  for (const { text, serious } of statements) if (serious || flags.has("verbose")) say(text);
  if (profile === undefined) {
    say("there is no call to show");
    return;
  }
  const server = await start(profile);
  let code = 0;
  const stop = (signal: NodeJS.Signals) => {
    code = 128 + constants.signals[signal];
    server.close();
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    await present(server, !flags.has("no-browser"));
    if ((await server.ended) === "nobody") say("nobody has opened the page");
  } finally {
    for (const signal of signals) process.off(signal, stop);
    server.close();
  }
  if (code > 0) throw new Interrupted(code);
}

async function present({ url: page, port }: ViewServer, browser: boolean): Promise<void> {
  const url = `${page}#profileURL=${PROFILE}&view=left-heavy`;
  const until = "until the page is closed, or Ctrl-C";
  if (!browser) {
    say(`this page is there ${until}${forwarding(port)}`);
    process.stdout.write(`${url}\n`);
    return;
  }
  const problem = await openBrowser(url);
  if (problem === undefined) say(`shown in the browser ${until}: ${url}`);
  else say(`cannot open a browser: ${problem}\n  open this page ${until}${forwarding(port)}: ${url}`);
}

async function start(profile: () => Iterable<Uint8Array>): Promise<ViewServer> {
  const files = new Map<string, ServedFile>();
  for (const name of readdirSync(viewer)) {
    const type = types[extname(name)] ?? "text/plain; charset=utf-8";
    files.set(name === "index.html" ? "" : name, { type, body: () => [readFileSync(join(viewer, name))] });
  }
  files.set(PROFILE, { type: types[".json"]!, body: profile });
  const onError = (error: unknown) => say(`the profile broke off: ${messageOf(error)}`);
  try {
    return await ViewServer.start({ files, grace: 5 * second, patience: 600 * second, onError });
  } catch (error) {
    throw new UserError(
      `cannot serve the page: ${messageOf(error)}`,
      "write a file for Speedscope instead: save the trace with --save, then gotrace report --format speedscope -o FILE",
      ExitCode.unavailable,
    );
  }
}

/** For those who sit at another machine. */
function forwarding(port: number): string {
  const { SSH_CONNECTION } = process.env;
  if (!SSH_CONNECTION) return "";
  const host = SSH_CONNECTION.split(" ")[2] ?? "HOST";
  return ` (where you sit, first: ssh -L ${port}:127.0.0.1:${port} ${host})`;
}
