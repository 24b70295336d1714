/** Flags of `capture --watch`. */
import { statSync } from "node:fs";
import { lineFormats } from "../watch/lines.js";
import type { ServerOptions } from "../watch/server.js";
import type { WatchOptions } from "../watch/watch.js";
import type { Flag, ParsedFlags } from "./parse.js";
import { badValue, choice, duration, number } from "./values.js";

/** Milliseconds between two looks, by default. */
const POLL = { directory: 1000, server: 5000 };
/** Downloaded snapshots that stay, by default. */
const KEEP = 100;

export const watchFlags: readonly Flag[] = [
  {
    name: "watch",
    help: "take snapshots as they come, from a directory or an agent, analyze each, and print what was found, as --format text (default), ndjson, or slog (log/slog's JSON)",
  },
  { name: "once", help: "with --watch: end after the snapshots that are there" },
  { name: "again", help: "with --watch: also those that were reported before" },
  {
    name: "webhook",
    value: "URL",
    help: "with --watch: also post each result there, as JSON (default: the variable GOTRACE_WEBHOOK)",
  },
  {
    name: "poll",
    value: "DURATION",
    help: "with --watch: look this often (default 1s for a directory, 5s for a server)",
  },
  {
    name: "keep",
    value: "N",
    help: `with --watch: of the snapshots of a server, keep the latest N in -o DIR (default ${KEEP})`,
  },
  {
    name: "state",
    value: "FILE",
    help: "with --watch: remember in FILE what was reported (default: a file in gotrace's cache)",
  },
];

/** Those that have no meaning without `--watch`. */
export const WATCH_ONLY = watchFlags.map(({ name }) => name).filter((name) => name !== "watch");

/** Where findings go, and how often to look. @throws UserError for invalid values */
export function watchOptions(
  flags: ParsedFlags,
  isServer: boolean,
): Pick<WatchOptions, "format" | "report" | "once" | "poll"> {
  const poll = duration(flags, "poll", undefined);
  if (poll !== undefined && !(poll >= 1e7)) throw badValue("poll", flags.string("poll")!, "a duration of 10ms or more");
  return {
    format: choice(flags, "format", lineFormats),
    report: flags.string("report"),
    once: flags.has("once"),
    poll: poll === undefined ? POLL[isServer ? "server" : "directory"] : poll / 1e6,
  };
}

/** @throws UserError for an invalid value */
export function keepOf(flags: ParsedFlags): ServerOptions["keep"] {
  return Math.floor(number(flags, "keep", KEEP, 1));
}

/** Whether a word names a server, and not a directory, which may be missing as yet. */
export function namesServer(word: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(word) || word.startsWith("unix:")) return true;
  if (/^[./~]/.test(word) || statSync(word, { throwIfNoEntry: false })) return false;
  return /:\d+(\/.*)?$/.test(word);
}
