/** `gotrace view`: saved traces in Speedscope. */

import { ExitCode, UserError } from "../../base/errors.js";
import { type Command, commandHelp } from "../command.js";
import { parseFlags } from "../flags.js";
import { browserFlag, callFlags, eventLimit, eventsFlag, helpFlag, selectOptions } from "../options.js";
import { reportTraces } from "../reporting.js";
import { Session } from "../session.js";
import { pageFormat } from "../view/show.js";

export const viewCommand: Command = {
  name: "view",
  usage: "view [flags] TRACE…",
  description: `Shows traces in Speedscope, in the browser: all goroutines as one flame graph, and each of them in the order of time.
Speedscope is part of gotrace; its page is served on this machine only, at an address that nobody can guess, until it
is closed or until Ctrl-C. Traces are files that --save wrote, files of GOTRACE_OUT, or directories of them.`,
  flags: [...callFlags, eventsFlag, browserFlag, { name: "verbose", short: "v", help: "show what is read" }, helpFlag],
  examples: ["gotrace view trace.gotrace", "gotrace view --focus 'store\\.' --min 10us trace.gotrace"],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("view", viewCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(viewCommand));
    return 0;
  }
  if (flags.rest.length === 0) {
    throw new UserError("no trace given", "name a file that --save wrote: gotrace view FILE", ExitCode.usage);
  }
  selectOptions(flags);
  eventLimit(flags);
  const session = new Session(flags);
  const request = { format: pageFormat, toStderr: false };
  const { damaged } = await session.yieldTo(() => reportTraces(session, flags, flags.rest, request));
  return damaged ? ExitCode.data : 0;
}
