/** The entry point: finds the command, runs it, and turns an error into two lines and an exit code. */

import { ExitCode, Interrupted, isSystemError, memoryError, messageOf, UserError } from "../base/errors.js";
import { expectGo } from "../gotool/run-go.js";
import { findCommand, helpOn, overview } from "./help/help.js";
import { writeFailure } from "./output.js";
import { sayError } from "./say.js";
import { packageVersion } from "./version.js";

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) {
    process.stderr.write(overview());
    return ExitCode.usage;
  }
  if (["help", "--help", "-help", "-h"].includes(name)) {
    const [word] = rest;
    process.stdout.write(name === "help" && word !== undefined ? await helpOn(word) : overview());
    return 0;
  }
  if (name === "--version" || name === "-version" || name === "version") {
    process.stdout.write(`gotrace ${packageVersion()}\n`);
    return 0;
  }
  const command = findCommand(name);
  if (command.runsGo && !rest.some((word) => /^--?h(elp)?$/.test(word))) expectGo();
  return (await command.load()).run(rest);
}

/** Prints an error for the user. @returns the exit code */
function report(thrown: unknown): number {
  const error = memoryError(thrown) ?? thrown;
  if (error instanceof Interrupted) return error.code;
  if (error instanceof UserError) {
    sayError(error);
    return error.code;
  }
  const { code } = error as NodeJS.ErrnoException;
  // The reader of our output has gone, as with `gotrace report | head`: that is not an error.
  if (code === "EPIPE") return 0;
  const isSystem = isSystemError(error);
  sayError(
    isSystem
      ? { message: `${error.path ?? error.syscall}: ${messageOf(error)}`, advice: adviceOn(error.code) }
      : {
          message: `internal error: ${messageOf(error)}`,
          advice: "this is a bug in gotrace; GOTRACE_DEBUG=1 shows where it happened",
        },
  );
  if (process.env.GOTRACE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return isSystem ? ExitCode.io : ExitCode.internal;
}

/** Advice for an error of the operating system that was not handled where it happened. */
function adviceOn(code: string): string {
  if (["ENOSPC", "EDQUOT", "EFBIG"].includes(code)) {
    return "free some space, or set TMPDIR and GOTRACE_CACHE to disks that have it";
  }
  return "check that it exists and that you may read and write it; GOTRACE_DEBUG=1 shows where it happened";
}

// Only for help output: report writers install a listener of their own and handle the error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (process.stdout.listenerCount("error") > 1) return;
  if (error.code !== "EPIPE" && !process.exitCode) process.exitCode = report(writeFailure("standard output", error));
});
// If standard error is closed, there is nowhere to report that.
process.stderr.on("error", () => undefined);
process.exitCode = await main(process.argv.slice(2)).catch(report);
