// npm run docs: writes docs/commands.md from the tables that also feed the parser and help. With --print, to standard output.
import { writeFileSync } from "node:fs";
import { at } from "./lib-exectrace.mjs";
import "./typescript.mjs";

const { commands } = await import("../src/cli/commands/index.ts");
const { flagName } = await import("../src/cli/command.ts");
const { environment, exitCodes } = await import("../src/cli/help/topics.ts");

const loaded = await Promise.all(commands.map((entry) => entry.load()));

/** Escapes text for Markdown. */
const escaped = (text) => text.replace(/[\\*_<>|[\]]/g, "\\$&");
const plain = (text) =>
  text
    .split(/(?<=^|[\s(])('[^']+?'(?:[^'\s]*')*)(?=$|[\s,.;:)])/)
    .map((part, index) => (index % 2 === 1 ? code(part.slice(1, -1)) : escaped(part)))
    .join("");
const code = (text) => `\`${text.replaceAll("|", "\\|")}\``;
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** gotrace's own flags, grouped by meaning, with the commands that have them. */
const flags = new Map();
for (const command of loaded) {
  for (const flag of command.flags.filter(({ go }) => !go)) {
    const key = `${flagName(flag)}\n${flag.help}`;
    if (!flags.has(key)) flags.set(key, { flag, of: [] });
    flags.get(key).of.push(command.name);
  }
}
const sorted = [...flags.values()].sort(
  (a, b) => a.flag.name.toLowerCase().localeCompare(b.flag.name.toLowerCase(), "en") || b.of.length - a.of.length,
);

const section = (command) => {
  const own = command.flags.filter(({ go }) => !go).map((flag) => code(flagName(flag)));
  return `### gotrace ${command.name}

\`\`\`
gotrace ${command.usage}
\`\`\`

${plain(command.description)}

${command.goFlags ? `${plain(command.goFlags)}\n\n` : ""}Flags: ${own.join(" ")}

\`\`\`sh
${command.examples.join("\n")}
\`\`\`
`;
};

const page = `# Commands and flags

<!-- Written by "npm run docs" from the tables in src/cli that feed the parser and the help. Change those. -->

\`gotrace help\` lists the commands. \`gotrace help run\` describes a command, \`gotrace help --save\` a flag, \`gotrace help
LockConvoy\` a rule, \`gotrace help exit-codes\` the exit codes and \`gotrace help environment\` the environment variables.
\`gotrace --version\` prints the version.

## How flags are read

- Flags go before the package. Everything after it belongs to the program (with \`gotrace test\`, to \`go test\`).
- As in Go, \`-save\` and \`--save\` are the same.
- Flags of \`go build\` are passed on to it: \`-race -cover -tags -ldflags -gcflags -mod -modfile -overlay -trimpath -pgo …\`
- With \`gotrace test\`, flags of \`go test\` may also go before the packages. A \`-v\` there is meant for both, and a flag
  that gotrace does not know is passed on to \`go test\`.

## Commands

${table(
  ["command", "does"],
  commands.map(({ name, summary }) => [`[\`gotrace ${name}\`](#gotrace-${name})`, plain(summary)]),
)}

${loaded.map(section).join("\n")}
## Flags

A flag that means different things in different commands has several lines.

${table(
  ["flag", "commands", "meaning"],
  sorted.map(({ flag, of }) => [
    code(flagName(flag)),
    of.length === loaded.length ? "all" : of.join(" "),
    plain(flag.help),
  ]),
)}

## Exit codes

${table(
  ["code", "meaning"],
  exitCodes.map(([name, meaning]) => [name, plain(meaning)]),
)}

If Ctrl-C or another signal ends the program, gotrace still shows the tree so far. A signal that arrives while gotrace reads a
trace ends gotrace at once; the trace is kept, and a line says how to show it.

## Environment

${table(
  ["variable", "meaning"],
  environment.map(([name, meaning]) => [code(name), plain(meaning)]),
)}
`;

if (process.argv.includes("--print")) process.stdout.write(page);
else writeFileSync(at("docs/commands.md"), page);
