import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commands } from "../../src/cli/commands/index.js";
import { rules } from "../../src/rules/index.js";
import { gotrace, repository, temporaryDirectory } from "./support.js";

const here = { cwd: repository };
const run = (...words: string[]) => gotrace(words, here);

test("help on commands, flags, rules and topics; a word that is none names the nearest", () => {
  expect(run("help", "run")).toEqual(run("run", "--help"));
  expect(run("help", "--save").stdout).toMatch(/^--save FILE\n {2}save the trace.*\n {2}commands: run, .*stats/);
  expect(run("help", "lockconvoy")).toEqual(run("explain", "LockConvoy"));
  expect(run("help", "exit-codes").stdout).toMatch(/^Exit codes:\n(.*\n)* {2}64 {3}bad arguments\n/);
  expect(run("help", "environment").stdout).toContain("GOTRACE_OUT=DIR");
  for (const [words, message] of [
    [["runn"], /unknown command "runn"\n {2}did you mean 'gotrace run'\?/],
    [["help", "statz"], /no help on "statz"\n {2}did you mean 'gotrace help stats'\?/],
    [["help", "--sav"], /no flag --sav\n {2}did you mean 'gotrace help --save'\?/],
    [["explain", "LockConvoi"], /no rule is called "LockConvoi"\n {2}did you mean LockConvoy\?/],
    [["completion", "csh"], /no completion for "csh"\n {2}name one: .*bash \| zsh \| fish/],
  ] as const) {
    expect(run(...words)).toEqual({ code: 64, stdout: "", stderr: expect.stringMatching(message) });
  }
});

test("explain has every rule, and all that its page says", () => {
  const list = run("explain").stdout;
  for (const { name, title, actions, thresholds } of rules) {
    expect(list).toContain(`${title}\n`);
    const text = run("explain", name).stdout.replace(/\s+/g, " ");
    for (const part of [...actions, ...Object.values(thresholds).map(({ meaning }) => meaning)]) {
      expect(text).toContain(part.replaceAll("`", "").replace(/\s+/g, " "));
    }
    expect(readdirSync(join(repository, "docs/rules"))).toContain(`${name}.md`);
  }
});

test("bash completes commands, flags of each command, and words", () => {
  const { stdout } = run("completion", "bash");
  const complete = (...words: string[]) => {
    const script = `${stdout}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _gotrace; echo "\${COMPREPLY[@]}"`;
    const result = spawnSync("bash", ["-c", script, "bash", "gotrace", ...words], { encoding: "utf8" });
    expect(result.stderr).toBe("");
    return result.stdout.trim().split(" ");
  };
  expect(complete("")).toEqual([...commands.map(({ name }) => name), "help"]);
  expect(complete("run", "--save")).toEqual(["--save"]);
  expect(complete("test", "-rac")).toEqual(["-race"]);
  expect(complete("explain", "Lock")).toEqual(["LockConvoy"]);
  expect(complete("help", "exit")).toEqual(["exit-codes"]);
  // bash completes files itself.
  expect(complete("report", "")).toEqual([""]);
});

test("the scripts of zsh and fish name every command and flag", async () => {
  const scripts = { zsh: run("completion", "zsh").stdout, fish: run("completion", "fish").stdout };
  for (const { name, load } of commands) {
    expect(scripts.fish).toContain(`-a ${name} -d '`);
    for (const flag of (await load()).flags) {
      const dashes = flag.go || flag.name.length === 1 ? "-" : "--";
      expect(scripts.zsh).toContain(`'${dashes}${flag.name}:`);
      const kind = flag.name.length === 1 ? "-s" : flag.go ? "-o" : "-l";
      expect(scripts.fish).toContain(` ${kind} ${flag.name} `);
    }
  }
  for (const shell of ["zsh", "fish"] as const) {
    const file = join(temporaryDirectory(), shell);
    writeFileSync(file, scripts[shell]);
    const checked = spawnSync(shell, ["-n", file], { encoding: "utf8" });
    // Not every machine has these shells.
    if (checked.error === undefined) expect(checked).toMatchObject({ status: 0, stderr: "" });
  }
});
