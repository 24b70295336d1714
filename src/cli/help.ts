/** `gotrace help`: the overview, and what there is to say of a word. */

import { ExitCode, UserError } from "../base/errors.js";
import { nearest } from "../base/nearest.js";
import { commandHelp, flagName } from "./command.js";
import { type CommandEntry, commands } from "./commands/index.js";

const exitCodes = `Exit codes: the program's own (128+n after signal n), 1 where an --assert does not hold; of gotrace itself 64 bad
arguments, 65 unreadable trace, 66 no such input, 69 no usable Go, 70 a bug of gotrace, 73 cannot create an output,
74 reading or writing failed. Of analyze, summary, diff and capture: 1 findings or a threshold exceeded, 2 an unreadable
trace or bad arguments.
`;

const environment = `Environment:
  GOTRACE_OUT=DIR         where binaries of 'gotrace build' write their traces; without it they run untraced
  GOTRACE_MAX_SIZE=BYTES  as --max-trace-size, for such binaries
  GOTRACE_CACHE=DIR       where gotrace keeps rewritten files and the trace of the last run
  GOTRACE_DEBUG=1         shows where an internal error happened
  TMPDIR=DIR              where temporary workspaces lie
  NO_COLOR, FORCE_COLOR   as in Node: no colours, colours in any case
`;

const topics: Readonly<Record<string, string>> = { "exit-codes": exitCodes, environment };

/** What `gotrace --help` prints. */
export function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length)) + 2;
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}${command.summary}`);
  return `gotrace shows exactly what a Go program did: every call of your module's functions.

Usage: gotrace <command> [flags] <package or .go files> [arguments of the program]

Commands:
${lines.join("\n")}

'gotrace help <command>' describes a command and its flags, 'gotrace help --flag' a flag; 'gotrace help exit-codes' and
'gotrace help environment' list those. 'gotrace --version' prints the version.

Examples:
  gotrace run ./cmd/server
  gotrace test ./pkg/auth -run TestLogin
  gotrace flame ./cmd/server > profile.folded
  gotrace analyze trace.out
`;
}

/** The entry of a command. @throws UserError that names the nearest one */
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
 * What `gotrace help WORD` prints: of a command, a topic, a flag (`--save`), or a rule of `gotrace analyze`.
 * @throws UserError for a word that is none of them
 */
export async function helpOn(word: string): Promise<string> {
  if (word.startsWith("-")) return flagHelp(word);
  if (Object.hasOwn(topics, word)) return topics[word]!;
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

/** What a flag means, for each set of commands in which it means the same. */
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
  if (meanings.size > 0) return [...meanings].map(([text, names]) => `${text}  of: ${names.join(", ")}\n`).join("\n");
  const near = nearest(name, known);
  throw new UserError(
    `no flag ${word}`,
    near ? `did you mean 'gotrace help --${near}'?` : "'gotrace help <command>' lists the flags of a command",
    ExitCode.usage,
  );
}
