/** Showing a profile in Speedscope, which is bundled: a server of our own for as long as its page is open. */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import type { Session } from "../session.js";
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

const minute = 60_000;

/** How to show a profile. */
export interface ShowOptions {
  /** Speedscope's JSON, made anew for every request. */
  readonly profile: () => Iterable<string>;
  /** Open the browser; else the address goes to standard output. */
  readonly browser: boolean;
}

/**
 * Serves the profile until its page is closed.
 * @throws Interrupted when a signal ended it
 */
export async function showProfile(session: Session, { profile, browser }: ShowOptions): Promise<void> {
  const server = await start(session, profile);
  const { signal } = session.go;
  const stop = () => server.close();
  signal?.addEventListener("abort", stop);
  try {
    const url = `${server.url}#profileURL=${PROFILE}&view=left-heavy`;
    const problem = browser ? await openBrowser(url) : undefined;
    if (browser && problem === undefined) session.warn(`shown in the browser: ${url}`);
    else {
      if (problem !== undefined) session.warn(`cannot open a browser: ${problem}`);
      session.warn(`open this page yourself${forwarding(session.env, server.port)}:`);
      (browser ? process.stderr : process.stdout).write(`${url}\n`);
    }
    session.warn("this ends when the page is closed, or with Ctrl-C");
    const ending = await server.ended;
    if (ending === "nobody") session.warn("nobody has opened the page");
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener("abort", stop);
    server.close();
  }
}

async function start(session: Session, profile: () => Iterable<string>): Promise<ViewServer> {
  const files = new Map<string, ServedFile>();
  for (const name of readdirSync(viewer)) {
    const type = types[extname(name)] ?? "text/plain; charset=utf-8";
    files.set(name === "index.html" ? "" : name, { type, body: () => [readFileSync(join(viewer, name))] });
  }
  files.set(PROFILE, { type: types[".json"]!, body: profile });
  const onError = (error: unknown) => session.warn(`the profile broke off: ${messageOf(error)}`);
  try {
    return await ViewServer.start({ files, grace: 5000, patience: 10 * minute, onError });
  } catch (error) {
    throw new UserError(
      `cannot serve the page: ${messageOf(error)}`,
      "write a file instead, with 'gotrace report --format speedscope -o FILE'",
      ExitCode.unavailable,
    );
  }
}

/** For those who sit at another machine. */
function forwarding({ SSH_CONNECTION }: NodeJS.ProcessEnv, port: number): string {
  if (!SSH_CONNECTION) return "";
  const host = SSH_CONNECTION.split(" ")[2] ?? "this-machine";
  return ` (from where you sit: ssh -L ${port}:127.0.0.1:${port} ${host})`;
}
