/** `--exec-trace`: where the traced processes write their execution traces, and where these go. */

import { copyFileSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join, parse, resolve } from "node:path";
import { messageOf } from "../base/errors.js";
import { execTraceVariable } from "../gotool/exectrace.js";
import type { ParsedFlags } from "./flags.js";
import { checkWritable, writeFailure } from "./output.js";
import type { Session } from "./session.js";

/** Execution traces of a run. */
export interface ExecRecording {
  readonly directory: string;
  /** Absolute path that the user named. */
  readonly save: string | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** Makes the place for execution traces, if they are asked for. @throws UserError when the named file cannot be written */
export function prepareExecRecording(session: Session, flags: ParsedFlags): ExecRecording | undefined {
  if (!flags.has("exec-trace")) return undefined;
  const directory = join(session.workspace(), "exec-trace");
  mkdirSync(directory);
  const value = flags.string("exec-trace");
  const save = value === undefined || value === "true" ? undefined : resolve(session.cwd, value);
  if (save !== undefined) checkWritable(save, "--exec-trace");
  return { directory, save, env: { [execTraceVariable]: directory } };
}

/**
 * The execution traces of a run that has ended, in the order in which the processes started.
 * With `--exec-trace=FILE` they are copied first: to FILE, and for every process more to FILE with `-2`, `-3` … before
 * its extension.
 * @throws UserError when that fails
 */
export function collectExecTraces({ directory, save }: ExecRecording): string[] {
  const files = readdirSync(directory)
    .map((name) => join(directory, name))
    .map((path) => ({ path, made: statSync(path).birthtimeMs }))
    .sort((a, b) => a.made - b.made)
    .map(({ path }) => path);
  if (save === undefined) return files;
  return files.map((file, index) => {
    const { dir, name, ext } = parse(save);
    const path = index === 0 ? save : join(dir, `${name}-${index + 1}${ext}`);
    try {
      copyFileSync(file, path);
    } catch (error) {
      throw writeFailure(path, messageOf(error));
    }
    return path;
  });
}
