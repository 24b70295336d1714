/** Checks the documents: what they say about the command, their links, their language and their size. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { ExitCode } from "../src/base/errors.js";
import { mainLines } from "../src/cli/agent/report.js";
import { commandHelp, dashed, flagName } from "../src/cli/command.js";
import { commands } from "../src/cli/commands/index.js";
import { overview } from "../src/cli/help/help.js";
import { environment, exitCodes } from "../src/cli/help/topics.js";
import { formats } from "../src/cli/report/formats.js";

const root = resolve(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
/** Documents for users. */
const pages = ["README.md", ...files("docs").filter((path) => path.endsWith(".md"))];
/** All files below a folder, by their paths in the repository. */
function files(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`);
}
const withoutFences = (text: string) => text.replace(/^```.*?^```$/gms, "");
const loaded = await Promise.all(commands.map((entry) => entry.load()));

test("the README is a front page", () => {
  expect(read("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test("help fits a screen", () => {
  const lines = overview().trimEnd().split("\n");
  expect(lines.length).toBeLessThan(24);
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
  for (const { name } of commands) expect(overview()).toMatch(new RegExp(`^  (\\w+, )*${name}[ ,]`, "m"));
});

test.each(loaded)("the help of $name has all its flags in 80 columns", (command) => {
  const text = commandHelp(command);
  for (const flag of command.flags.filter(({ go }) => !go)) expect(text).toContain(`\n  ${flagName(flag)} `);
  const [, ...lines] = text.slice(0, text.indexOf("\nExamples:")).split("\n");
  for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
});

test("docs/commands.md is what the tables of flags say (npm run docs)", () => {
  const made = execFileSync(process.execPath, ["scripts/write-commands-page.mjs", "--print"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(read("docs/commands.md")).toBe(made);
  for (const { name, flags } of loaded) {
    expect(made).toContain(`### gotrace ${name}\n`);
    for (const flag of flags.filter(({ go }) => !go)) expect(made).toContain(dashed(flag));
  }
});

/** GitHub's name for a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}

test.each([...pages, "CONTRIBUTING.md", "src/README.md"])("links and pictures of %s lead somewhere", (page) => {
  const text = withoutFences(read(page));
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
    (match) => match[1] ?? match[2],
  );
  for (const target of targets) {
    if (/^https?:/.test(target)) continue;
    const [path, anchor] = target.split("#");
    const file = path ? relative(root, resolve(root, dirname(page), path)) : page;
    expect(existsSync(join(root, file)), `${page}: ${target}`).toBe(true);
    if (anchor === undefined) continue;
    const headings = [...withoutFences(read(file)).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => slug(heading));
    expect(headings, `${page}: ${target}`).toContain(anchor);
  }
});

test("pictures are small, shown, and there in light and dark", () => {
  const shown = pages.map(read).join("");
  const pictures = readdirSync(join(root, "docs/pictures"));
  expect(pictures.length).toBeGreaterThan(0);
  for (const name of pictures) {
    expect(statSync(join(root, "docs/pictures", name)).size, name).toBeLessThan(200_000);
    expect(shown).toContain(`pictures/${name}"`);
    expect(pictures).toContain(name.replace(/-(light|dark)\./, (_, tone) => (tone === "light" ? "-dark." : "-light.")));
  }
});

/** Flags of other programs in the documents: npm, gh, git, jq and gotrace's own scripts. */
const foreign = new Set(["--only", "--list", "--runs", "--edit-last", "--create-if-none", "--body-file", "--global"]);

test.each(pages)("commands and flags that %s names exist", (page) => {
  const text = read(page);
  const all = new Set([...loaded.flatMap(({ flags }) => flags.map(({ name }) => name)), "version"]);
  for (const [, dashes, name] of text.matchAll(/(?<![\w-])(--)([a-z][\w-]+)/g)) {
    if (!foreign.has(`${dashes}${name}`)) expect([...all], `${page}: ${dashes}${name}`).toContain(name);
  }
  const spans = [...withoutFences(text).matchAll(/`([^`]+)`/g)].map(([, span]) => span);
  const lines = [...text.matchAll(/^```\w*\n(.*?)^```$/gms)].flatMap(([, block]) => block.split("\n"));
  for (const line of [...spans, ...lines]) {
    for (const [, name, words] of line.matchAll(/(?<![\w./'-])gotrace ([a-z]+)([^|;&#·]*)/g)) {
      if (name === "help") continue;
      const known = loaded.find((each) => each.name === name)?.flags.flatMap((flag) => [flag.name, flag.short]);
      expect(known, `${page}: ${line}`).toBeDefined();
      for (const [, flag] of words.matchAll(/ --([a-z][\w-]+)/g)) expect(known, `${page}: ${line}`).toContain(flag);
    }
  }
});

test("the runbook leads to every rule", () => {
  const rules = readdirSync(join(root, "docs/rules")).filter((name) => name !== "README.md");
  const runbook = read("docs/production.md");
  expect(rules.filter((name) => !runbook.includes(`](rules/${name})`))).toEqual([]);
});

test("the agent's manual has what gotrace agent prints, numbers of limits.go, and files that exist", () => {
  const manual = read("docs/production.md");
  const names = { packageName: "traceagent", importPath: "example.com/shop/internal/traceagent" };
  expect(manual).toContain(mainLines(names));
  const limits = read("templates/agent/limits.go");
  for (const [limit, sentence] of [
    ["captureEvery   = 60 * time.Second", "one ended less than 60 s ago"],
    ["snapshotKeep      = 20 ", "the latest 20 files"],
    ["snapshotKeepBytes = 1 << 30 ", "and 1 GiB"],
    ["sentinelTicks = 3 ", "three seconds in a row"],
  ]) {
    expect(limits).toContain(limit);
    expect(manual.replaceAll("\n", " ")).toContain(sentence);
  }
  const table = manual.slice(manual.indexOf("## Instead of"));
  const named = [...table.matchAll(/`(\w+\.go)`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !existsSync(join(root, "templates/agent", name)))).toEqual([]);
});

test.each(pages)("YAML in %s can be read", (page) => {
  for (const [, text] of read(page).matchAll(/^```yaml\n(.*?)^```$/gms)) {
    expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
  }
});

test("exit codes and variables of the code are those of help and documents", () => {
  const codes = exitCodes.map(([code]) => code).filter((code) => /^\d+$/.test(code));
  expect(codes).toEqual(["1", ...Object.values(ExitCode).map(String)]);
  // Variables that gotrace sets itself, for the processes that it starts and when it is bundled.
  const own = [
    "GOTRACE_EXEC_OUT",
    "GOTRACE_FOLLOW",
    "GOTRACE_DUMP_CANDIDATES",
    "GOTRACE_CACHE_KEY",
    "GOTRACE_POLICY",
    "GOTRACE_STYLE",
    "GOTRACE_SCRIPT",
    "GOTRACE_DATA",
  ];
  const sources = [...files("src"), ...files("runtime-go")].filter((path) => /(?<!_test)\.(ts|go)$/.test(path));
  const used = sources.flatMap((path) => read(path).match(/\bGOTRACE_[A-Z_]*[A-Z]\b/g) ?? []);
  const listed = environment.flatMap(([name]) => name.match(/^\w+/)!);
  expect(used.length).toBeGreaterThan(5);
  for (const name of new Set(used)) if (!own.includes(name)) expect(listed).toContain(name);
});

/** Ways to say something that nobody says. */
const unidiomatic =
  /unless told|\bso many\b|\bwhoever\b|, too[.;,:)\n]|for a value that is none|\bis (?:none|told)[.,;]|its kin\b/i;

test.each([...pages, "CONTRIBUTING.md"])("%s is in plain English", (page) => {
  const found = unidiomatic.exec(read(page));
  expect(found && read(page).slice(found.index - 60, found.index + 60)).toBe(null);
});

/** Some of the above is ordinary in comments ("undefined if there is none"); some is only found in messages. */
const unidiomaticInCode =
  /unless told|\bso many\b|\bwhoever\b|, too[.;,:)\n]|for a value that is none|its kin\b|(?<!there )\bis no (?:regular|package|budget|assertion|setting|baseline|value|module)\b|\bstands (?:behind|before)\b/i;

test("so are comments and messages in the code", () => {
  const sources = [...files("src"), ...files("runtime-go"), ...files("test"), ...files("scripts")].filter(
    (path) => /\.(ts|mjs|go|md)$/.test(path) && path !== "test/docs.test.ts",
  );
  const found = sources.flatMap((path) => {
    const text = read(path);
    const match = unidiomaticInCode.exec(text);
    return match ? [`${path}: ${text.slice(match.index - 40, match.index + 40)}`] : [];
  });
  expect(found).toEqual([]);
});

test("the pages for users name every format of reports", () => {
  // docs/commands.md is made from the same table.
  const text = pages
    .filter((page) => page !== "docs/commands.md")
    .map(read)
    .join("");
  const missing = formats.filter(({ name }) => !new RegExp(`(?:\`|--format |, )${name}\\b`).test(text));
  expect(missing.map(({ name }) => name)).toEqual(["tree"]);
});

test("CONTRIBUTING names every script of package.json and of sweeps, and none that is missing", () => {
  const text = read("CONTRIBUTING.md");
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  const known = Object.keys(scripts).filter((name) => name !== "prepare");
  expect(known.filter((name) => !new RegExp(`npm (run )?${name}(?![\\w:])`).test(text))).toEqual([]);
  for (const [, name] of text.matchAll(/npm run ([\w:]+)/g)) expect(known).toContain(name);
  const sweeps = readdirSync(join(root, "scripts")).filter((name) => /^sweep-.*\./.test(name));
  const run = Object.values(scripts).join("\n");
  for (const name of sweeps) expect(`${text}\n${run}`).toContain(`scripts/${name}`);
});

test("paths that CONTRIBUTING names exist", () => {
  const named = [...read("CONTRIBUTING.md").matchAll(/`((?:src|test|scripts|runtime-go|testdata|docs)\/[^`* ]+)`/g)];
  const paths = named.map(([, path]) => path).filter((path) => !path.includes("NAME"));
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
