/** Shows calls in the browser: serves a page on this machine for as long as it is open. */
import { constants } from "node:os";
import { ExitCode, Interrupted, messageOf, UserError } from "../../base/errors.js";
import type { Recording } from "../../calltree/index.js";
import type { Format, FormatContext } from "../report/format.js";
import { say, sayError } from "../say.js";
import { openBrowser } from "./browser.js";
import type { Exhibit } from "./exhibit.js";
import { ViewServer } from "./server.js";

const second = 1000;
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Makes a format whose rendering serves a page until it is closed. */
function shownFormat(
  name: string,
  exhibit: (recording: Recording, context: FormatContext) => Promise<Exhibit>,
  more: Pick<Format, "handlesLimits" | "findings" | "showsBlame"> = {},
): Format {
  return {
    ...more,
    name,
    carriesNotices: true,
    interactive: true,
    render: async (recording, context) => {
      await show(recording, context, exhibit);
      return [];
    },
  };
}

/** gotrace's own page. It carries the notices. */
const pageFormat = shownFormat("page", async (...args) => (await import("./own-page.js")).pageExhibit(...args), {
  handlesLimits: true,
  findings: true,
  showsBlame: true,
});

const speedscopeFormat = shownFormat("speedscope", async (recording, context) => {
  const exhibit = (await import("./speedscope.js")).speedscopeExhibit(recording, context);
  sayNotices(context);
  return exhibit;
});

/** Prints the serious notices of a report, with `-v` all of them. */
function sayNotices({ session, notices }: FormatContext): void {
  for (const { text, serious } of notices) if (serious || session.verbose) say(text);
}

/** The format that shows calls in the browser: Speedscope, or gotrace's own page. */
export function formatToShow(speedscope: boolean): Format {
  return speedscope ? speedscopeFormat : pageFormat;
}

/** Serves the page until it is closed. @throws Interrupted when a signal ended it */
async function show(
  recording: Recording,
  context: FormatContext,
  exhibitOf: (recording: Recording, context: FormatContext) => Promise<Exhibit>,
): Promise<void> {
  if (recording.forest.processes.every(({ counts }) => counts.paths === 0) && context.execTraces.length === 0) {
    sayNotices(context);
    say("there are no calls to show");
    return;
  }
  const exhibit = await exhibitOf(recording, context);
  const server = await start(exhibit);
  let code = 0;
  const stop = (signal: NodeJS.Signals) => {
    code = 128 + constants.signals[signal];
    server.close();
  };
  for (const signal of signals) process.on(signal, stop);
  try {
    await present(server, exhibit, context.options.opensBrowser);
    if ((await server.ended) === "nobody") say("nobody has opened the page");
  } finally {
    for (const signal of signals) process.off(signal, stop);
    server.close();
  }
  if (code > 0) throw new Interrupted(code);
}

async function present({ url: page, port }: ViewServer, { fragment }: Exhibit, browser: boolean): Promise<void> {
  const url = `${page}${fragment}`;
  const until = "until the page is closed or Ctrl-C is pressed";
  if (!browser) {
    say(`serving this page ${until}${forwarding(port)}`);
    process.stdout.write(`${url}\n`);
    return;
  }
  const problem = await openBrowser(url);
  if (problem === undefined) say(`shown in the browser ${until}: ${url}`);
  else {
    const advice = `open this page, served ${until}${forwarding(port)}: ${url}`;
    sayError({ message: `cannot open a browser: ${problem}`, advice });
  }
}

async function start({ files, policy, instead }: Exhibit): Promise<ViewServer> {
  const onError = (error: unknown) => say(`the page was cut off: ${messageOf(error)}`);
  try {
    return await ViewServer.start({
      files,
      grace: 5 * second,
      patience: 600 * second,
      onError,
      ...(policy ? { policy } : {}),
    });
  } catch (error) {
    throw new UserError(
      `cannot serve the page: ${messageOf(error)}`,
      `write a file instead: gotrace report --format ${instead} -o FILE`,
      ExitCode.unavailable,
    );
  }
}

/** For users who are logged in by SSH: how to forward the port to their own machine. */
function forwarding(port: number): string {
  const { SSH_CONNECTION } = process.env;
  if (!SSH_CONNECTION) return "";
  const host = SSH_CONNECTION.split(" ")[2] ?? "HOST";
  return ` (first, on your own machine: ssh -L ${port}:127.0.0.1:${port} ${host})`;
}
