/** `gotrace help`: the overview, and help on a command, a flag, a rule or a topic. */

import { ExitCode, UserError } from "../../base/errors.js";
import { nearest } from "../../base/nearest.js";
import { type CommandEntry, commandHelp, flagName } from "../command.js";
import { commands } from "../commands/index.js";
import { topics } from "./topics.js";

/** The text of `gotrace help`. It must fit a terminal of 24 lines and 80 columns. */
export function overview(): string {
  const hidden = commands.flatMap(({ together = [] }) => together);
  const shown = commands.filter(({ name }) => !hidden.includes(name));
  const names = shown.map(({ name, together = [] }) => [name, ...together].join(", "));
  const width = Math.max(...names.map(({ length }) => length)) + 2;
  const lines = shown.map(({ summary }, index) => `  ${names[index].padEnd(width)}${summary}`);
  return `gotrace shows exactly what a Go program did: every call of its own functions.
Usage: gotrace COMMAND [flags] [arguments]   for example: gotrace run ./cmd
${lines.join("\n")}
More: gotrace help COMMAND, --FLAG, RULE, exit-codes or environment
`;
}

/** Finds a command by name. @throws UserError for an unknown name, with the most similar one as advice */
export function findCommand(name: string): CommandEntry {
  const entry = commands.find((command) => command.name === name);
  if (entry) return entry;
  const near = nearest(
    name,
    commands.map((command) => command.name),
  );
  const hint = near ? `did you mean 'gotrace ${near}'? ` : "";
  throw new UserError(
    `unknown command ${JSON.stringify(name)}`,
    `${hint}'gotrace --help' lists the commands`,
    ExitCode.usage,
  );
}

/**
 * The text of `gotrace help WORD`, for a command, a topic, a flag (`--save`) or a rule of `gotrace analyze`.
 * @throws UserError for an unknown word
 */
export async function helpOn(word: string): Promise<string> {
  if (word.startsWith("-")) return flagHelp(word);
  if (Object.hasOwn(topics, word)) return topics[word];
  const entry = commands.find((command) => command.name === word);
  if (entry) return commandHelp(await entry.load());
  const { explanation, ruleNames } = await import("./explain.js");
  const rule = explanation(word);
  if (rule !== undefined) return rule;
  const names = [...commands.map(({ name }) => name), ...Object.keys(topics), ...ruleNames];
  const near = nearest(word, names);
  throw new UserError(
    `no help on ${JSON.stringify(word)}`,
    near ? `did you mean 'gotrace help ${near}'?` : "'gotrace help' lists the commands",
    ExitCode.usage,
  );
}

/** The help of a flag: each of its meanings, with the commands that share it. */
async function flagHelp(word: string): Promise<string> {
  const name = word.replace(/^--?/, "").replace(/=.*$/s, "");
  const meanings = new Map<string, string[]>();
  const known = new Set<string>();
  for (const entry of commands) {
    for (const flag of (await entry.load()).flags) {
      if (flag.go) continue;
      known.add(flag.name);
      if (flag.name !== name && flag.short !== name) continue;
      const meaning = `${flagName(flag)}\n  ${flag.help}\n`;
      meanings.set(meaning, [...(meanings.get(meaning) ?? []), entry.name]);
    }
  }
  if (meanings.size > 0)
    return [...meanings].map(([text, names]) => `${text}  commands: ${names.join(", ")}\n`).join("\n");
  const near = nearest(name, known);
  throw new UserError(
    `no flag ${word}`,
    near ? `did you mean 'gotrace help --${near}'?` : "'gotrace help <command>' lists the flags of a command",
    ExitCode.usage,
  );
}
