/** The interface of gotrace's commands, and the text of their help. */

import type { Flag } from "./flags/parse.js";
import { entries, paragraphs } from "./help/layout.js";

/** A command with its flags, its help and its implementation. */
export interface Command {
  readonly name: string;
  /** The synopsis, without `gotrace`. */
  readonly usage: string;
  /** What it does: short paragraphs, separated by blank lines. */
  readonly description: string;
  readonly flags: readonly Flag[];
  /** The paragraph about flags that are passed on to Go. */
  readonly goFlags?: string;
  readonly examples: readonly string[];
  /**
   * Runs the command.
   * @param words the command line after its name
   * @returns the exit code
   */
  readonly run: (words: readonly string[]) => Promise<number>;
}

/** A command in the list of `gotrace help`; its module is loaded when it is needed. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Commands that the overview names in the same line, because they do almost the same. */
  readonly together?: readonly string[];
  /** It runs `go`. */
  readonly runsGo?: true;
  readonly load: () => Promise<Command>;
}

/** The help of one command. */
export function commandHelp(command: Command): string {
  const flags = command.flags.filter((flag) => !flag.go).map((flag) => [flagName(flag), flag.help] as const);
  const go = command.goFlags ? `\n${command.goFlags.split("\n").map(paragraphs).join("\n")}\n` : "";
  const examples = command.examples.map((example) => `  ${example}`).join("\n");
  const head = `Usage: gotrace ${command.usage}\n\n${paragraphs(command.description)}`;
  return `${head}\n\nFlags:\n${entries(flags)}\n${go}\nExamples:\n${examples}\n`;
}

/** A flag as help shows it: `-v, --verbose`, `--save FILE`. */
export function flagName(flag: Flag): string {
  return `${flag.short ? `-${flag.short}, ` : ""}${dashed(flag)}${valueIn(flag)}`;
}

/** A flag as one types it: `-o`, `--save`; Go's own flags with one dash. */
export function dashed({ name, go }: Flag): string {
  return name.length === 1 || go ? `-${name}` : `--${name}`;
}

function valueIn({ value, optional }: Flag): string {
  if (value === undefined) return "";
  return optional ? `[=${value}]` : ` ${value}`;
}

/** The help's paragraph about Go's flags, for commands that build. */
export const buildFlagsNote =
  "Flags of 'go build' (-race, -cover, -tags, -ldflags, -gcflags, -mod, -trimpath, -pgo …) are passed on to it.";
