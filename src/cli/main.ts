#!/usr/bin/env node

/** The command `gotrace`: finds the command, runs it, and turns errors into two lines and an exit code. */

import { ExitCode, Interrupted, messageOf, UserError } from "../base/errors.js";
import { commandHelp } from "./command.js";
import { commands } from "./commands/index.js";
import { sayError } from "./say.js";
import { packageVersion } from "./version.js";

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`);
  return `gotrace shows exactly what a Go program did: every call of your module's functions.

Usage: gotrace <command> [flags] <package or .go files> [arguments of the program]

Commands:
${lines.join("\n")}

'gotrace <command> --help' describes a command and its flags; 'gotrace --version' prints the version.

Examples:
  gotrace run ./cmd/server
  gotrace test ./pkg/auth -run TestLogin
  gotrace flame ./cmd/server > profile.folded
  gotrace analyze trace.out

Exit codes: the program's own (128+n after signal n), 1 where an --assert does not hold; of gotrace itself 64 bad
arguments, 65 unreadable trace, 66 no such input, 69 no usable Go, 70 a bug of gotrace, 73 cannot create an output,
74 reading or writing failed. Of analyze, summary, diff and capture: 1 findings or a threshold exceeded, 2 an unreadable
trace or bad arguments.
`;
}

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === "help" || name === "--help" || name === "-help" || name === "-h") {
    const entry = name === "help" && commands.find((command) => command.name === rest[0]);
    process.stdout.write(entry ? commandHelp(await entry.load()) : overview());
    return name === undefined ? ExitCode.usage : 0;
  }
  if (name === "--version" || name === "-version" || name === "version") {
    process.stdout.write(`gotrace ${packageVersion()}\n`);
    return 0;
  }
  const entry = commands.find((command) => command.name === name);
  if (!entry) {
    throw new UserError(`unknown command ${JSON.stringify(name)}`, "see 'gotrace --help'", ExitCode.usage);
  }
  return (await entry.load()).run(rest);
}

function report(error: unknown): number {
  if (error instanceof Interrupted) return error.code;
  if (error instanceof UserError) {
    sayError(error);
    return error.code;
  }
  const code = (error as NodeJS.ErrnoException).code;
  // The reader of our output went away: nothing to say, and nobody to say it to.
  if (code === "EPIPE") return 0;
  if (code === "ENOSPC" || code === "EIO" || code === "EDQUOT" || code === "EFBIG") {
    sayError({
      message: messageOf(error),
      advice: "free some space, or set TMPDIR and GOTRACE_CACHE to disks that have it",
    });
    return ExitCode.io;
  }
  sayError({
    message: `internal error: ${messageOf(error)}`,
    advice: "this is a bug of gotrace; GOTRACE_DEBUG=1 shows where it happened",
  });
  if (process.env.GOTRACE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return ExitCode.internal;
}

// For help texts: who writes a report listens too, and deals with it.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (process.stdout.listenerCount("error") > 1) return;
  if (error.code !== "EPIPE" && !process.exitCode) process.exitCode = report(error);
});
// There is nowhere left to say that standard error is gone.
process.stderr.on("error", () => undefined);
process.exitCode = await main(process.argv.slice(2)).catch(report);
