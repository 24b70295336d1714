/** Links from a trace id to the execution traces that have it: the address of an agent, or a command. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { commandLine } from "../../gotool/run-go.js";
import { captureTarget } from "../capture/target.js";

/** What a link leads to. */
export type Destination =
  /** The agent's list of snapshots, ready for a query. */
  | { readonly kind: "agent"; readonly list: string }
  /** Absolute. */
  | { readonly kind: "directory"; readonly path: string };

/**
 * The destination that a word of the command line names: a directory, or an address as `gotrace capture` takes it.
 * @throws UserError when it is neither, or cannot be linked to
 */
export function destinationOf(word: string, cwd: string): Destination {
  if (/^[a-z][a-z0-9+.-]*:\/\/|^unix:|^(?:[\w.-]*|\[[\da-f:]+\]):\d+(?:\/|$)/i.test(word)) return agentAt(word);
  const path = resolve(cwd, word);
  const isThere = word !== "" && statSync(path, { throwIfNoEntry: false })?.isDirectory();
  // A directory of another machine is not here.
  if (isThere === true || (isThere === undefined && /^\//.test(word))) return { kind: "directory", path };
  throw new UserError(
    `${word === "" ? '""' : word} is neither a directory nor the address of an agent`,
    "name one: /var/lib/app/traces, or http://localhost:6060",
    ExitCode.usage,
  );
}

function agentAt(word: string): Destination {
  const { url, socket, authorization } = captureTarget(word, undefined, "agent");
  if (socket !== undefined) {
    throw new UserError(
      "no link leads to a Unix socket",
      "name the directory of the snapshots instead",
      ExitCode.usage,
    );
  }
  if (authorization !== undefined) {
    throw new UserError(
      "the address has a name and a password, which the link would show to everyone",
      "leave them out",
      ExitCode.usage,
    );
  }
  url.search = "";
  // The product that fills the link in must find no placeholder but the one.
  return { kind: "agent", list: `${url.href.replaceAll("$", "%24")}snapshots` };
}

/**
 * The link to a destination.
 * @param value the trace id, or what stands for it in a template: it is put in as it is
 * @param key the key of the log that has the trace id
 */
export function linkTo(destination: Destination, value: string, key: string): string {
  if (destination.kind === "agent") return `${destination.list}?contains=${value}`;
  return commandLine(["gotrace", "summary", "--log", `${key}=${value}`, destination.path]);
}
