/** `gotrace build`: an instrumented binary to run elsewhere. */

import { ExitCode, UserError } from "../../base/errors.js";
import { quoteWord } from "../../base/words.js";
import { describeBuild } from "../../build/build-summary.js";
import { compile } from "../../build/compile.js";
import { readGoEnvironment } from "../../gotool/environment.js";
import { untracedThere } from "../../gotool/targets.js";
import { buildFlagsNote, type Command, commandHelp } from "../command.js";
import { triggersOf } from "../flags/dump.js";
import { buildFlags } from "../flags/go-flags.js";
import { parseFlags } from "../flags/parse.js";
import { buildOptions, sessionOptions } from "../flags/run.js";
import { buildDumpFlag, buildStatesFlag, traceFlags } from "../flags/tables.js";
import { Session } from "../session.js";

export const buildCommand: Command = {
  name: "build",
  usage: "build -o BIN [flags] <package or .go files>",
  description: `Builds an instrumented binary. If GOTRACE_OUT=DIR is in its environment, the binary writes its trace into DIR, for
'gotrace report DIR'. Without that variable it runs untraced, at next to no cost.
GOTRACE_MAX_SIZE=SIZE limits the trace of a process (default 2GiB). A binary of --states also records an execution
trace if GOTRACE_STATES=1 is set: <pid>-<n>.trace beside <pid>-<n>.gotrace. Keep the two together.`,
  flags: [
    { name: "o", value: "BIN", help: "where to write the binary (required)" },
    buildStatesFlag,
    buildDumpFlag,
    ...traceFlags.filter((flag) => flag.name !== "keep-workspace"),
    ...buildFlags,
  ],
  goFlags: buildFlagsNote,
  examples: ["gotrace build -o server ./cmd/server", "GOTRACE_OUT=/tmp/traces ./server && gotrace report /tmp/traces"],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("build", buildCommand.flags, words);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(buildCommand));
    return 0;
  }
  const output = flags.string("o");
  if (output === undefined) {
    throw new UserError("build needs -o BIN", "name the binary to write: gotrace build -o BIN ./cmd/x", ExitCode.usage);
  }
  const patterns = flags.rest.length > 0 ? flags.rest : ["."];
  if (patterns[0].startsWith("-")) {
    throw new UserError(`${patterns[0]} is not a package`, "flags go before --", ExitCode.usage);
  }
  const other = triggersOf(flags).find(({ kind }) => kind !== "signal");
  if (other !== undefined) {
    throw new UserError(
      `--dump-when ${JSON.stringify(other.text)}: only signals have to be built in`,
      `leave it out, and set GOTRACE_DUMP_WHEN=${quoteWord(other.text)} when the binary runs`,
      ExitCode.usage,
    );
  }
  const request = { patterns, goFlags: flags.go, options: buildOptions(flags), tests: false };
  const session = new Session(sessionOptions(flags));
  const compiled = await compile(session, request, {
    name: `build ${output}`,
    verb: ["build"],
    builds: true,
    rest: (_, extra) => ["-o", output, ...extra, ...patterns],
  });
  if ("code" in compiled) {
    process.stderr.write(compiled.stderr + compiled.stdout);
    return compiled.code;
  }
  describeBuild(session, compiled.summary);
  const target = compiled.prepared?.environment ?? (await readGoEnvironment(session.go));
  const untraced = untracedThere(output, target);
  if (untraced !== undefined) session.warn(untraced);
  return 0;
}
