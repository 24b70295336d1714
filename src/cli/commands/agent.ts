/** `gotrace agent`: writes the package that makes captures of a process in production safe into the user's module. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ExitCode, UserError } from "../../base/errors.js";
import { printable } from "../../base/printable.js";
import { formatNumberOf } from "../../base/units.js";
import { DEFAULT_PLACE, namesFor, type Place, placeFor, readPackage } from "../agent/place.js";
import { type Files, isAgent, type Plan, plan } from "../agent/plan.js";
import { replaceFiles } from "../agent/replace-files.js";
import { changeLines, mainLines } from "../agent/report.js";
import { type Command, commandHelp } from "../command.js";
import { readSmallFile } from "../config/small-file.js";
import { parseFlags } from "../flags/parse.js";
import { helpFlag } from "../flags/tables.js";
import { openOutput } from "../output.js";
import { template } from "../resources.js";
import { sayError } from "../say.js";
import { packageVersion } from "../version.js";

export const agentCommand: Command = {
  name: "agent",
  usage: "agent [-o DIR] [--check] [--force]",
  description: `Writes a Go package into your module that serves execution traces, the flight recorder, pprof and more, safely enough
to stay in a production binary: standard library only, Go 1.21 and later, with its tests. Prints the lines that go into
main. The package is yours to change. Run again, it brings what is between the marks (// gotrace:begin, // gotrace:end)
up to date, and leaves everything else as it is: your code, files that you deleted. If you changed something between
marks that this version would replace, it says so and writes nothing.

Exit codes: 0; 1 if --check finds something to update, or if your changes are in the way.`,
  flags: [
    {
      name: "o",
      value: "DIR",
      help: `the package's directory (default ${DEFAULT_PLACE} in the module); its name becomes the package's`,
    },
    { name: "check", help: "write nothing; exit with 1 if something would change" },
    { name: "force", help: "overwrite what you changed between marks" },
    helpFlag,
  ],
  examples: ["gotrace agent", "gotrace agent -o internal/admin", "gotrace agent --check   # in CI"],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("agent", agentCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(agentCommand));
    return 0;
  }
  if (flags.rest.length > 0) {
    const what = `unexpected argument ${JSON.stringify(flags.rest[0])}`;
    throw new UserError(what, "name the package's directory with -o DIR", ExitCode.usage);
  }
  const place = placeFor(process.cwd(), flags.string("o"));
  const files = readPackage(place);
  if (files.size > 0 && !isAgent(files)) {
    throw new UserError(
      `${place.shown} holds another package`,
      "name a new or empty directory with -o DIR",
      ExitCode.cannotCreate,
    );
  }
  const names = namesFor(place, files);
  const planned = plan(readTemplate(), files, packageVersion(), { names, force: flags.has("force") });
  const checks = flags.has("check");
  const isNew = files.size === 0;
  if (planned.conflicts.length === 0 && !checks) replaceFiles(place.directory, planned.writes);
  const output = openOutput(undefined, process.cwd(), false);
  if (isNew && !checks) {
    const written = formatNumberOf(planned.writes.size, "file");
    const head = `${printable(place.shown)}: package ${names.packageName}, ${written}. Add to main:\n\n`;
    await output.write([head, mainLines(names)]);
    return 0;
  }
  await output.write(report(place, planned, checks, isNew));
  return sayOutcome(planned, checks);
}

/** The template's files. */
function readTemplate(): Files {
  const directory = template("agent");
  const names = readdirSync(directory).filter((name) => name.endsWith(".go"));
  return new Map(names.map((name) => [name, readSmallFile(join(directory, name), 1 << 20, "latin1")]));
}

function* report({ shown }: Place, planned: Plan, checks: boolean, isNew: boolean): Generator<string> {
  const { conflicts, changes, notes, writes } = planned;
  const place = printable(shown);
  if (conflicts.length > 0) yield* changeLines(shown, conflicts);
  else if (isNew) yield `${place} does not exist yet\n`;
  else if (writes.size === 0) yield `${place} is up to date\n`;
  else yield* changeLines(shown, changes);
  // Notes are about what an update leaves as it is.
  if (conflicts.length === 0 && !(checks && writes.size > 0)) yield* changeLines(shown, notes);
}

/** Says what is in the way of an update. @returns the exit code */
function sayOutcome({ conflicts, writes }: Plan, checks: boolean): number {
  if (conflicts.length > 0) {
    sayError({
      message: "nothing is written: this is in the way",
      advice: "take over what is new by hand, or let --force overwrite what is between marks",
    });
    return 1;
  }
  if (!checks || writes.size === 0) return 0;
  sayError({ message: "not up to date: this would change", advice: "run 'gotrace agent' with the same -o" });
  return 1;
}
