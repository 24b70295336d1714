/** The examples in docs/cookbook.md, docs/call-tree.md, docs/numbers.md and README.md do what they show, in a copy of testdata/shop. */

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { main } from "../support/bundle.js";
import { fences, promised, steady, type Typed, typed } from "../support/console.js";
import { repository, temporaryDirectory } from "./support.js";

const cookbook = readFileSync(join(repository, "docs/cookbook.md"), "utf8");
const directory = temporaryDirectory("gotrace-cookbook");
const shop = join(directory, "shop");

/** Runs a script as a terminal would; returns its output and exit code. */
function bash(script: string, env: Readonly<Record<string, string>> = {}) {
  const PATH = `${join(directory, "bin")}${delimiter}${process.env.PATH}`;
  const cwd = shop;
  const options = {
    cwd,
    env: { ...process.env, NO_COLOR: "1", ...env, PATH },
    encoding: "utf8" as const,
    timeout: 100_000,
  };
  const { status, stdout } = spawnSync("bash", ["--noprofile", "--norc", "-c", `exec 2>&1\n${script}`], options);
  return { status, stdout };
}

beforeAll(() => {
  cpSync(join(repository, "testdata/shop"), shop, { recursive: true });
  mkdirSync(join(directory, "bin"));
  const command = join(directory, "bin/gotrace");
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(command, 0o755);
  writeFileSync(join(directory, "batch.diff"), fences(cookbook, "diff")[0]);
  const git = "git -c user.name=me -c user.email=me@example.com";
  const made = bash(`set -e
git init -q -b main && git add . && ${git} commit -qm 'a cart'
git switch -qc batch && git apply ../batch.diff && ${git} commit -qam 'one query for a cart'
git remote add origin . && git fetch -q origin && git switch -q main`);
  expect(made).toMatchObject({ status: 0 });
});

/** A free port. Captures from one address are 10 s apart, so each user takes a new one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Types commands into one shell, after `prepared` has run in it, and checks what each shows and how it ends. */
async function follow(commands: readonly Typed[], prepared: string) {
  const port = await freePort();
  const serves = commands.some(({ command }) => command.includes("localhost:6060"));
  const here = (text: string) => text.replaceAll("localhost:6060", `127.0.0.1:${port}`);
  const lines = commands.map(
    ({ command }, index) => `(exit \${code:-0})\n${here(command)}\ncode=$?\necho "@@${index} $code@@"`,
  );
  const { stdout } = bash(
    `trap 'kill $(jobs -p) 2>/dev/null' EXIT\n${prepared}\n${serves ? serving(port) : ""}\n${lines.join("\n")}`,
  );
  let rest = stdout;
  for (const [index, { command, shown }] of commands.entries()) {
    const end = new RegExp(`@@${index} (\\d+)@@\n`).exec(rest);
    expect(end, `${command} ends\n${rest}`).not.toBeNull();
    const lines = rest.slice(0, end!.index).split("\n").map(steady);
    rest = rest.slice(end!.index + end![0].length);
    if (commands[index + 1]?.command !== "echo $?") expect([command, end![1], lines]).toEqual([command, "0", lines]);
    for (const line of promised(shown)) {
      const [begin, more] = line.split(/ ?…$/);
      const found = lines.some((each) => (more === undefined ? each === begin : each.startsWith(begin!)));
      if (!found) expect.fail(`${command}\nshows no ${JSON.stringify(line)} but\n${lines.join("\n")}`);
    }
  }
}

/** Starts the shop and waits until it can be reached. */
const serving = (at: number) => `go build -o shop . && { ./shop -serve -listen 127.0.0.1:${at} & }
until (: < /dev/tcp/127.0.0.1/${at}) 2>/dev/null; do sleep 0.1; done`;

const recipes = cookbook
  .split(/^## /m)
  .slice(1)
  .map((text) => [text.split("\n")[0], fences(text, "console").flatMap(typed)] as const);
const branches: Readonly<Record<string, string>> = { "Compare two commits": "batch" };

test.each(recipes.filter(([, commands]) => commands.length > 0))("%s", async (title, commands) => {
  bash(`git clean -qffdx && git worktree prune && git switch -q ${branches[title] ?? "main"}`);
  await follow(commands, "");
  if (title === "Compare two commits") bash("cp before.gotrace after.gotrace ..");
});

/** The shell lines of the jobs in the recipe for pull requests, without the installation. */
function jobs(): Readonly<Record<string, readonly string[]>> {
  const [github, gitlab] = fences(cookbook, "yaml").map((text) => parse(text));
  const { steps } = (github as { jobs: { calls: { steps: { name?: string; run?: string }[] } } }).jobs.calls;
  return {
    GitHub: steps.flatMap(({ name, run }) => (run === undefined || name === "Install gotrace" ? [] : [run])),
    GitLab: (gitlab as { calls: { script: string[] } }).calls.script,
    Jenkins: [...fences(cookbook, "groovy")[0].matchAll(/^ *sh '(.*)'$/gm)].map(([, line]) => line),
  };
}

test("the README's tasks", async () => {
  // The two sides of its comparison are those of the recipe.
  bash("git clean -qffdx && git worktree prune && git switch -q main");
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  await follow(fences(readme, "console").flatMap(typed), "cp ../before.gotrace ../after.gotrace .");
});

test("the examples on the pages about trees and numbers", async () => {
  bash("git clean -qffdx && git worktree prune && git switch -q main");
  const commands = ["call-tree", "numbers"].flatMap((page) =>
    fences(readFileSync(join(repository, `docs/${page}.md`), "utf8"), "console").flatMap(typed),
  );
  const isOfWords = ({ command }: Typed) => command.includes("words.gotrace");
  await follow(commands.filter(isOfWords), `cp -r '${join(repository, "testdata/wordcount")}' . && cd wordcount`);
  await follow(
    commands.filter((one) => !isOfWords(one)),
    "cp ../before.gotrace ../after.gotrace .",
  );
});

test("pull requests: each job records both sides, passes where counts are equal, and fails where one changed", () => {
  const run = (lines: readonly string[], base: string) => {
    bash("git clean -qffdx && git worktree prune && git switch -q main");
    const env = { GITHUB_BASE_REF: base, CI_MERGE_REQUEST_TARGET_BRANCH_NAME: base, CHANGE_TARGET: base };
    return bash(`set -e\n${lines.join("\n")}`, env);
  };
  const { GitHub, GitLab, Jenkins } = jobs();
  const worse = run(GitHub!, "batch");
  expect(worse.stdout).toMatch(
    /^::error file=db\/db\.go,line=\d+,title=Calls changed::calls of db\.\(\*DB\)\.Query: 2 → 5/m,
  );
  expect(worse.status).toBe(1);
  expect(run(GitLab!, "main")).toMatchObject({ status: 0 });
  expect(readFileSync(join(shop, "calls.xml"), "utf8")).toContain('failures="0"');
  expect(run(Jenkins!, "batch")).toMatchObject({ status: 1 });
  expect(readFileSync(join(shop, "calls.xml"), "utf8")).toContain('failures="1"');
});
