import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesOn, gotrace, repository, startGotrace, temporaryDirectory } from "./support.js";

const wordcount = join(repository, "testdata/wordcount");

/** A separate cache for a test, and the files of the last run in it. */
function ownCache() {
  const cache = temporaryDirectory();
  const env = { GOTRACE_CACHE: cache };
  const root = join(cache, "last");
  return { env, kept: () => (existsSync(root) ? readdirSync(root) : []) };
}

test("the last run is shown where no trace is named, until a newer one replaces it", () => {
  const { env, kept } = ownCache();
  const here = { cwd: wordcount, env };
  for (const words of [["report"], ["stats"], ["calls", "main.main"], ["view"]]) {
    expect(gotrace(words, here)).toEqual({
      code: 64,
      stdout: "",
      stderr:
        "gotrace: no trace given, and there is no last run\n  name a file that --save wrote, or trace something first: gotrace run .\n",
    });
  }
  const run = gotrace(["run", "."], here);
  const [tree] = /^TOTAL: [\d.]+ms \(.* to .*\)\n\nmain\.main[\s\S]*/m.exec(run.stdout)!;
  expect(tree).toMatch(/\nnext: gotrace stats · gotrace calls FUNC · gotrace view\n$/);
  expect(kept()).toHaveLength(1);
  const report = gotrace(["report"], here);
  expect(report.stdout).toBe(tree);
  expect(report.stderr).toMatch(/^gotrace: the last run, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: .*\/last\/\S+\n$/);
  expect(gotrace(["stats"], here).stdout).toMatch(/main\.openStore[\s\S]*\nnext: gotrace calls FUNC · gotrace view\n$/);
  expect(gotrace(["calls", "main.openStore"], here).stdout).toMatch(/\nnext: gotrace stats · gotrace view\n$/);

  // A run that is not kept, or that recorded nothing, replaces nothing, and does not offer to be shown again.
  const [entry] = kept();
  expect(gotrace(["run", "--no-keep", "."], here).stdout).not.toContain("next:");
  expect(kept()).toEqual([entry]);
  expect(gotrace(["report"], here).stdout).toBe(tree);
  // The line that leads on names a saved trace.
  const saved = gotrace(["run", "--save", join(temporaryDirectory("it's"), "t.gotrace"), "."], here);
  expect(saved.stdout).toMatch(/\nnext: gotrace stats '\/\S*it'\\''s-\w+\/t\.gotrace' · /);
  expect(kept()).toHaveLength(1);
  expect(kept()).not.toEqual([entry]);
});

test("what ends gotrace while it reads the trace leaves the trace, and a word that says so", async () => {
  const cwd = filesOn({
    "go.mod": "module example.com/busy\n\ngo 1.21\n",
    "main.go":
      "package main\n\nfunc main() {\n\tfor i := 0; i < 8_000_000; i++ {\n\t\tstep()\n\t}\n}\n\nfunc step() {}\n",
  });
  const { env, kept } = ownCache();
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    const process = startGotrace(["run", "-v", "."], { cwd, env });
    let stderr = "";
    const said = new Promise<void>((resolve) => {
      process.stderr.on("data", (data) => {
        stderr += data;
        if (/^gotrace: trace \//m.test(stderr)) resolve();
      });
    });
    const closed = new Promise<void>((resolve) => process.on("close", () => resolve()));
    await said;
    process.kill(signal);
    await closed;
    expect(process.signalCode).toBe(signal);
    expect(stderr).toMatch(/\ngotrace: ended before the report was complete; the trace is kept: gotrace report\n$/);
    expect(kept().length).toBeGreaterThan(0);
  }
  const report = gotrace(["report"], { cwd, env });
  expect(report.code).toBe(0);
  expect(report.stdout).toContain("main.step ×8,000,000");
});

test("entries of runs that go on are left alone", () => {
  const { env, kept } = ownCache();
  const here = { cwd: wordcount, env };
  gotrace(["run", "."], here);
  const other = join(env.GOTRACE_CACHE, "last", `000000001-${process.pid}`);
  filesOn({ "1-1.gotrace": "" }, other);
  writeFileSync(join(other, "1-1.gotrace"), new Uint8Array(1 << 16));
  gotrace(["run", "."], here);
  expect(kept()).toHaveLength(2);
  expect(kept()).toContain(`000000001-${process.pid}`);
});

test("a run whose trace is too large to keep says so, and leads to no other run", () => {
  const cwd = filesOn({
    "go.mod": "module example.com/large\n\ngo 1.21\n",
    "main.go":
      "package main\n\nfunc main() {\n\tfor i := 0; i < 500_000; i++ {\n\t\tstep()\n\t}\n}\n\nfunc step() {}\n",
  });
  const { env, kept } = ownCache();
  gotrace(["run", "."], { cwd: wordcount, env });
  const before = kept();
  expect(before).toHaveLength(1);
  const small = { ...env, GOTRACE_KEEP_SIZE: "1MiB" };
  const why =
    /^gotrace: this run is not kept for 'gotrace report': its trace of [\d.]+ MiB is larger than 1 MiB; keep it with --save FILE$/m;
  // Written in the cache, and copied to it: --keep-workspace records as runs do whose workspace is on another file
  // system.
  for (const words of [
    ["run", "."],
    ["run", "--keep-workspace", "."],
  ]) {
    const run = gotrace(words, { cwd, env: small });
    expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(why) });
    expect(run.stdout).toContain("main.step ×500,000");
    expect(run.stdout).not.toContain("next:");
    expect(kept()).toEqual(before);
    const workspace = /workspace kept in (.*)/.exec(run.stderr)?.[1];
    if (workspace) rmSync(workspace, { recursive: true });
  }
  const file = join(temporaryDirectory(), "t.gotrace");
  const saved = gotrace(["run", "--save", file, "."], { cwd, env: small });
  expect(saved).toMatchObject({ code: 0, stderr: "" });
  expect(saved.stdout).toContain("\nnext: gotrace stats '");
  expect(kept()).toEqual(before);
  const refused = gotrace(["run", "."], { cwd, env: { ...env, GOTRACE_KEEP_SIZE: "much" } });
  expect(refused).toMatchObject({
    code: 64,
    stderr: 'gotrace: GOTRACE_KEEP_SIZE: "much" is not valid\n  use a size of at least 1MiB, such as 512MiB or 8GiB\n',
  });
});

test("the tests have a cache of their own", () => {
  const cwd = filesOn({ "go.mod": "module m\n", "main.go": "package main\n\nfunc main() {}\n" });
  expect(gotrace(["run", "."], { cwd })).toMatchObject({ code: 0 });
  expect(gotrace(["report"], { cwd }).stderr).toContain(join(repository, "dist/test-cache/last"));
});

test("a run that cannot be kept says so", () => {
  const { env } = ownCache();
  // Not a directory: not even root can write below it.
  filesOn({ last: "" }, env.GOTRACE_CACHE);
  const run = gotrace(["run", "."], { cwd: wordcount, env });
  expect(run.stderr).toContain(
    `gotrace: this run is not kept for 'gotrace report': cannot write ${join(env.GOTRACE_CACHE, "last")}; keep it with --save FILE\n`,
  );
  expect(run.stdout).not.toContain("next:");
  expect(gotrace(["report"], { cwd: wordcount, env })).toMatchObject({
    code: 64,
    stderr: expect.stringMatching(/^gotrace: no trace given, and there is no last run\n/),
  });
});
