/** Opens what `capture --watch` is to watch, and watches it. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { ExitCode, messageOf, UserError } from "../../base/errors.js";
import { ensureDirectory } from "../../gotool/cache.js";
import { type AccessOptions, accessOf } from "../capture/access.js";
import { captureTarget, fileName } from "../capture/target.js";
import { checkWritable, isStandardOutput } from "../output.js";
import { say } from "../say.js";
import { snapshotAdvice } from "../snapshot-files.js";
import { SnapshotDirectory } from "./directory.js";
import { Seen, stateFile } from "./seen.js";
import { SnapshotServer } from "./server.js";
import { type WatchOptions, watch } from "./watch.js";
import { Webhook } from "./webhook.js";

export interface WatchRequest extends Omit<WatchOptions, "webhook"> {
  /** The directory, or the address of the server. */
  readonly place: string;
  /** The value of `--webhook`. */
  readonly webhook: string | undefined;
  /** The value of `--state`. */
  readonly state: string | undefined;
  /** Also snapshots that were reported before. */
  readonly again: boolean;
  /** For a server: who is let in, the directory for its snapshots, how many stay there, the largest one. */
  readonly server:
    | {
        readonly access: AccessOptions;
        readonly directory: string | undefined;
        readonly keep: number;
        readonly maxBytes: number;
      }
    | undefined;
}

/** Watches. @returns the exit code @throws UserError when there is nothing to watch, or a place to write is missing */
export async function openWatch({ place, server, state, again, ...options }: WatchRequest): Promise<number> {
  if (options.report !== undefined && !isStandardOutput(options.report)) {
    checkWritable(resolve(options.report), "--report");
  }
  const address = options.webhook ?? process.env.GOTRACE_WEBHOOK;
  const webhook = address ? new Webhook(address, say) : undefined;
  if (server === undefined) {
    const advice = snapshotAdvice([place]);
    if (advice !== undefined) say(`${place} is the directory of a traced process: ${advice}`);
    const wait = !existsSync(place) && !options.once;
    if (wait) say(`${place} is not there yet: gotrace waits for it`);
    const seen = new Seen(stateFile(state, resolve(place), process.env, say), again, say);
    return watch(new SnapshotDirectory(place, wait, seen), seen, { ...options, webhook });
  }
  const target = captureTarget(place, undefined, "agent");
  const access = accessOf(server.access, target, process.env);
  const directory = server.directory ?? `${fileName(target.server)}-snapshots`;
  try {
    ensureDirectory(directory);
  } catch (error) {
    const advice = "name a directory for the snapshots that can be made and written";
    throw new UserError(`-o: cannot make ${directory}: ${messageOf(error)}`, advice, ExitCode.cannotCreate);
  }
  const seen = new Seen(stateFile(state, `${target.address}${target.url.pathname}`, process.env, say), again, say);
  const source = new SnapshotServer(target, access, { ...server, directory }, seen, say);
  return watch(source, seen, { ...options, webhook });
}
