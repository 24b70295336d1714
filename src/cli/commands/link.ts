/** `gotrace link`: prints what a tracing system needs to link from a request to its execution trace. */
import { ExitCode, UserError } from "../../base/errors.js";
import { nearest } from "../../base/nearest.js";
import { type Command, commandHelp } from "../command.js";
import { parseFlags } from "../flags/parse.js";
import { helpFlag } from "../flags/tables.js";
import { apms } from "../link/apms.js";
import { destinationOf, linkTo } from "../link/link.js";
import { openOutput } from "../output.js";
import { say } from "../say.js";

const names = apms.map(({ name }) => name);

export const linkCommand: Command = {
  name: "link",
  usage: "link [--key KEY] APM URL|DIR",
  description: `Prints the address or the command for links from a tracing system (APM: ${names.join(", ")}) to the execution
traces of a request, with that system's placeholder for the trace id. URL is an agent of 'gotrace agent': the address
lists its snapshots that contain the id. DIR is a directory of snapshots: the command finds the one that has the
request. Where the link is set up is said on standard error. Without arguments it lists the systems.`,
  flags: [
    { name: "key", value: "KEY", help: "the log that has the trace id (default trace_id, as the agent writes it)" },
    {
      name: "placeholder",
      value: "TEXT",
      help: "what another system puts the trace id in place of; leave APM out",
    },
    helpFlag,
  ],
  examples: [
    "gotrace link jaeger https://app.example.com:6060",
    "gotrace link grafana /var/lib/app/traces",
    "gotrace link --placeholder '%TRACE%' https://app.example.com:6060",
  ],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("link", linkCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(linkCommand));
    return 0;
  }
  const output = openOutput(undefined, process.cwd(), false);
  const placeholder = flags.string("placeholder");
  if (flags.rest.length === 0 && placeholder === undefined) {
    await output.write(list());
    return 0;
  }
  const named = placeholder === undefined ? flags.rest[0] : undefined;
  const apm = named === undefined ? undefined : apmOf(named);
  const places = flags.rest.slice(apm ? 1 : 0);
  if (places.length !== 1) {
    const what = places.length === 0 ? "nothing to link to" : "more than one thing to link to";
    const advice = `name the agent's address or a directory: gotrace ${linkCommand.usage}`;
    throw new UserError(what, advice, ExitCode.usage);
  }
  const key = flags.string("key") ?? "trace_id";
  const destination = destinationOf(places[0], process.cwd());
  const link = linkTo(destination, apm?.placeholder ?? placeholder!, key);
  await output.write([`${apm?.entry?.(link) ?? link}\n`]);
  if (destination.kind === "agent") {
    say("agents refuse clicks on other sites, unless a proxy adds their token; pasted addresses are served");
  }
  if (apm) say(`set it up at: ${apm.where} (${apm.documentation})`);
  return 0;
}

function apmOf(name: string) {
  const apm = apms.find((each) => each.name === name);
  if (apm) return apm;
  const near = nearest(name, names);
  throw new UserError(
    `no links of ${JSON.stringify(name)} are known`,
    near ? `did you mean ${near}?` : `name one of ${names.join(", ")}, or give the placeholder with --placeholder`,
    ExitCode.usage,
  );
}

function* list(): Generator<string> {
  const width = (lengths: readonly string[]) => Math.max(...lengths.map(({ length }) => length)) + 2;
  const first = width(names);
  const second = width(apms.map(({ placeholder }) => placeholder));
  for (const { name, placeholder, where } of apms) {
    yield `${name.padEnd(first)}${placeholder.padEnd(second)}${where}\n`;
  }
}
