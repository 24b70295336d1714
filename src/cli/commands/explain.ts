/** `gotrace explain`: prints the documentation of a rule. */

import { ExitCode, UserError } from "../../base/errors.js";
import { nearest } from "../../base/nearest.js";
import { type Command, commandHelp } from "../command.js";
import { parseFlags } from "../flags/parse.js";
import { helpFlag } from "../flags/tables.js";
import { allRules, explanation, ruleNames } from "../help/explain.js";

export const explainCommand: Command = {
  name: "explain",
  usage: "explain [RULE…]",
  description: `Explains a rule of 'gotrace analyze': what it measures, above which thresholds it reports, why that matters, what to do
about it, and how it can be wrong. Without a name it lists the rules.`,
  flags: [helpFlag],
  examples: ["gotrace explain", "gotrace explain LockConvoy"],
  run,
};

async function run(words: readonly string[]): Promise<number> {
  const flags = parseFlags("explain", explainCommand.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(explainCommand));
    return 0;
  }
  const texts = flags.rest.map((name) => {
    const text = explanation(name);
    if (text !== undefined) return text;
    const near = nearest(name, ruleNames);
    throw new UserError(
      `no rule is called ${JSON.stringify(name)}`,
      near ? `did you mean ${near}?` : "'gotrace explain' lists the rules",
      ExitCode.usage,
    );
  });
  process.stdout.write(texts.length > 0 ? texts.join("\n") : allRules());
  return 0;
}
