/** `gotrace view`: shows saved traces in the browser. */

import { ExitCode } from "../../base/errors.js";
import { type Command, commandHelp } from "../command.js";
import { refuseEvents } from "../flags/format.js";
import { parseFlags } from "../flags/parse.js";
import { reportOptions } from "../flags/report.js";
import { sessionOptions } from "../flags/run.js";
import {
  browserFlag,
  callFlags,
  eventsFlag,
  helpFlag,
  joinFlag,
  speedscopeFlag,
  waitingFlag,
} from "../flags/tables.js";
import { refuse } from "../flags/values.js";
import { reportTraces } from "../report/reporting.js";
import { Session } from "../session.js";
import { formatToShow } from "../view/show.js";

export const viewCommand: Command = {
  name: "view",
  usage: "view [flags] [TRACE…]",
  description: `Shows traces in the browser: requests, flame graph, timeline of each goroutine, numbers of each function, and the
findings of execution traces of the same run. With --speedscope it shows the calls in Speedscope, which comes with gotrace. The
page is served on this machine only, at an unguessable URL, until it is closed or Ctrl-C is pressed. Traces are files
that --save wrote, files of GOTRACE_OUT, or directories of them; without any, it shows the last run.`,
  flags: [
    ...callFlags,
    waitingFlag,
    {
      name: "root",
      value: "FUNC",
      help: "a request is a call of FUNC: Go's name, which may begin at any part of the package path, or /regexp/ (default: handlers that a server calls; where there are none, tests)",
    },
    speedscopeFlag,
    eventsFlag,
    browserFlag,
    joinFlag,
    { name: "verbose", short: "v", help: "show what is read" },
    helpFlag,
  ],
  examples: [
    "gotrace view",
    "gotrace view trace.gotrace",
    "gotrace view --speedscope --focus 'store\\.' trace.gotrace",
  ],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("view", viewCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(viewCommand));
    return 0;
  }
  const options = reportOptions(flags);
  if (flags.has("speedscope")) refuse(flags, ["root"], "--speedscope: it is for gotrace's own page");
  else refuseEvents(flags);
  const session = new Session(sessionOptions(flags));
  const request = { format: formatToShow(flags.has("speedscope")), toStderr: false, apart: flags.values("exec-trace") };
  const { damaged } = await session.withDefaultSignals(() => reportTraces(session, options, flags.rest, request));
  return damaged ? ExitCode.data : 0;
}
