/** What a command of gotrace is, and its help. */

import type { Flag } from "./flags/parse.js";
import { entries, paragraphs } from "./help/layout.js";

/** One command. */
export interface Command {
  readonly name: string;
  /** What follows `gotrace` on the command line. */
  readonly usage: string;
  /** What it does, in short paragraphs. */
  readonly description: string;
  readonly flags: readonly Flag[];
  /** Words about flags that are passed on to Go. */
  readonly goFlags?: string;
  readonly examples: readonly string[];
  /**
   * Runs the command.
   * @param words what follows its name
   * @returns the exit code
   */
  readonly run: (words: readonly string[]) => Promise<number>;
}

/** A command's line in `gotrace help`. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
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

/** A flag's name as it is typed: `-o`, `--save`; one of Go's with one dash. */
export function dashed({ name, go }: Flag): string {
  return name.length === 1 || go ? `-${name}` : `--${name}`;
}

function valueIn({ value, optional }: Flag): string {
  if (value === undefined) return "";
  return optional ? `[=${value}]` : ` ${value}`;
}

export const buildFlagsNote =
  "Flags of 'go build' (-race, -cover, -tags, -ldflags, -gcflags, -mod, -trimpath, -pgo …) are passed on to it.";
