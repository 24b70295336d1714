/** Generates completion scripts for shells from the tables of commands and flags. The scripts do not run gotrace. */

import { type CommandEntry, dashed } from "../command.js";
import type { Flag } from "../flags/parse.js";
import { apms } from "../link/apms.js";
import { ruleNames } from "./explain.js";

/** The shells that have a script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Whether there is a script for a shell of this name. */
export function isShell(word: string): word is Shell {
  return (SHELLS as readonly string[]).includes(word);
}

interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly Flag[];
  /** Words that the shell offers after the command; if there are none, it offers files. */
  readonly words: readonly string[];
}

/** The script of a shell. @param commands the commands that it completes */
export async function script(shell: Shell, commands: readonly CommandEntry[]): Promise<string> {
  const names = commands.map(({ name }) => name);
  const all: CommandWords[] = [];
  for (const { name, summary, load } of commands) {
    const words = { explain: ruleNames, completion: SHELLS, link: apms.map((apm) => apm.name) }[name] ?? [];
    all.push({ name, summary, flags: (await load()).flags, words });
  }
  const help = { name: "help", summary: "describe a command, a flag or a rule", flags: [] };
  all.push({ ...help, words: [...names, "exit-codes", "environment", ...ruleNames] });
  return { bash, zsh, fish }[shell](all);
}

function bash(all: readonly CommandWords[]): string {
  const cases = all.map(
    ({ name, flags, words }) =>
      `    ${name}) flags=${quote(flags.map(dashed).join(" "))} words=${quote(words.join(" "))} ;;`,
  );
  return `# Completion of gotrace for bash.
_gotrace() {
  local word=\${COMP_WORDS[COMP_CWORD]} flags= words=
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W ${quote(all.map(({ name }) => name).join(" "))} -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
  esac
  if [[ $word == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$word"))
  elif [[ -n $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  fi
}
complete -o default -F _gotrace gotrace
`;
}

function zsh(all: readonly CommandWords[]): string {
  const entry = (word: string, text: string) => quote(`${word.replaceAll(":", "\\:")}:${text}`);
  const cases = all.map(
    ({ name, flags, words }) => `    ${name})
      flags=(${flags.map((flag) => entry(dashed(flag), flag.help)).join(" ")})
      words_=(${words.map(quote).join(" ")}) ;;`,
  );
  return `#compdef gotrace
# Completion of gotrace for zsh.
_gotrace() {
  local -a commands flags words_
  commands=(${all.map(({ name, summary }) => entry(name, summary)).join(" ")})
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join("\n")}
  esac
  if [[ $PREFIX == -* ]]; then
    _describe -o flag flags
  elif (($#words_)); then
    compadd -a words_
  else
    _files
  fi
}
compdef _gotrace gotrace
`;
}

function fish(all: readonly CommandWords[]): string {
  const lines = all.flatMap(({ name, summary, flags, words }) => {
    const within = `complete -c gotrace -n ${quote(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      `complete -c gotrace -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
      ...(words.length > 0 ? [`${within} -f -a ${quote(words.join(" "))}`] : []),
      ...flags.map((flag) => `${within} ${fishFlag(flag)} -d ${quote(flag.help)}`),
    ];
  });
  return `# Completion of gotrace for fish.\n${lines.join("\n")}\n`;
}

function fishFlag({ name, short, go, value, optional }: Flag): string {
  const letter = name.length === 1 ? name : short;
  const words = [
    ...(letter ? [`-s ${letter}`] : []),
    ...(name.length === 1 ? [] : [go ? `-o ${name}` : `-l ${name}`]),
    ...(value === undefined || optional ? [] : ["-r"]),
  ];
  return words.join(" ");
}

/** Quotes a text for all three shells. Only fish interprets backslashes within single quotes, and no text here has one. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
