/** `gotrace completion`: prints a completion script for a shell. */

import { ExitCode, UserError } from "../../base/errors.js";
import { type Command, type CommandEntry, commandHelp } from "../command.js";
import { parseFlags } from "../flags/parse.js";
import { helpFlag } from "../flags/tables.js";
import { isShell, SHELLS, script } from "../help/completion.js";

/** Makes the command. @param commands the commands that the script completes */
export function completionOf(commands: readonly CommandEntry[]): Command {
  const command: Command = {
    name: "completion",
    usage: "completion SHELL",
    description: `Prints a script that completes the commands and flags of gotrace in a shell: ${SHELLS.join(", ")}.`,
    flags: [helpFlag],
    examples: [
      "source <(gotrace completion bash)     # in ~/.bashrc",
      "source <(gotrace completion zsh)      # in ~/.zshrc, after compinit",
      "gotrace completion fish > ~/.config/fish/completions/gotrace.fish",
    ],
    run: (words) => run(command, commands, words),
  };
  return command;
}

async function run(command: Command, commands: readonly CommandEntry[], words: readonly string[]): Promise<number> {
  const flags = parseFlags("completion", command.flags, words, true);
  if (flags.has("help")) {
    process.stdout.write(commandHelp(command));
    return 0;
  }
  const [shell = ""] = flags.rest;
  if (!isShell(shell)) {
    throw new UserError(
      shell === "" ? "no shell given" : `no completion for ${JSON.stringify(shell)}`,
      `name one: gotrace completion ${SHELLS.join(" | ")}`,
      ExitCode.usage,
    );
  }
  process.stdout.write(await script(shell, commands));
  return 0;
}
