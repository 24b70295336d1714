/** `gotrace report`: renders saved traces again, on any machine, without Go. */

import { ExitCode, UserError } from "../../base/errors.js";
import { type Command, commandHelp } from "../command.js";
import { parseFlags } from "../flags.js";
import { formatNames, formatOf } from "../formats.js";
import {
  eventLimit,
  eventsFlag,
  foldedUnit,
  helpFlag,
  outputFlag,
  selectOptions,
  treeFlags,
  unitFlag,
} from "../options.js";
import { reportTraces } from "../reporting.js";
import { Session } from "../session.js";

export const reportCommand: Command = {
  name: "report",
  usage: "report [flags] TRACE…",
  description: `Renders traces: files that --save wrote, files of GOTRACE_OUT, or directories of them. Several are shown one after
another. Needs no Go and no source.`,
  flags: [
    { name: "format", value: "FORMAT", help: `${formatNames[0]} (default), ${formatNames.slice(1).join(", ")}` },
    ...treeFlags,
    unitFlag,
    eventsFlag,
    outputFlag,
    { name: "verbose", short: "v", help: "show what is read" },
    helpFlag,
  ],
  examples: ["gotrace report trace.gotrace", "gotrace report --format folded -o out.folded /tmp/traces"],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("report", reportCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(reportCommand));
    return 0;
  }
  if (flags.rest.length === 0) {
    throw new UserError("no trace given", "name a file that --save wrote: gotrace report FILE", ExitCode.usage);
  }
  selectOptions(flags);
  foldedUnit(flags);
  eventLimit(flags);
  const format = formatOf(flags);
  const session = new Session(flags);
  const problem = await session.standAside(() => reportTraces(session, flags, flags.rest, { format, toStderr: false }));
  return problem ? ExitCode.data : 0;
}
