/** Finds the working directory, by the name that the user's shell has for it. */

import { statSync } from "node:fs";
import { isAbsolute } from "node:path";
import { ExitCode, messageOf, UserError } from "../base/errors.js";

/**
 * The working directory: the path in PWD if it leads there (it may hold symbolic links), or else the real path.
 * @throws UserError when the directory was removed
 */
export function workingDirectory({ PWD }: NodeJS.ProcessEnv): string {
  try {
    const here = statSync(".", { bigint: true });
    const named = PWD && isAbsolute(PWD) ? statSync(PWD, { bigint: true, throwIfNoEntry: false }) : undefined;
    return named?.ino === here.ino && named.dev === here.dev ? PWD! : process.cwd();
  } catch (error) {
    throw new UserError(
      `cannot find the working directory: ${messageOf(error)}`,
      "change to a directory that exists",
      ExitCode.noInput,
    );
  }
}
