import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { main } from "../support/bundle.js";

const root = resolve(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/ci.md"), "utf8");
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map((match) => match[1]);

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly if?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

const [source] = blocks("yaml");
const workflow = parse(source) as { on: unknown; jobs: { trace: { steps: readonly Step[] } } };
const { steps } = workflow.jobs.trace;
const step = (name: string) => steps.find((each) => each.name === name)!;

const directory = mkdtempSync(join(tmpdir(), "gotrace-ci-"));
const module = join(directory, "repository");
const summary = join(directory, "summary.md");
beforeAll(() => {
  cpSync(join(root, "testdata/server"), module, { recursive: true });
  mkdirSync(join(module, ".git"));
  mkdirSync(join(directory, "bin"));
  const command = join(directory, "bin/gotrace");
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(command, 0o755);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs shell lines as GitHub does. */
function shell(script: string) {
  const env = {
    ...process.env,
    PATH: `${join(directory, "bin")}${delimiter}${process.env.PATH}`,
    GITHUB_STEP_SUMMARY: summary,
  };
  return spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", script], {
    cwd: module,
    env,
    encoding: "utf8",
  });
}

test("the workflow is one that GitHub reads: actions with versions, conditions for what must run after a failure", () => {
  expect(workflow.on).toBe("pull_request");
  for (const { uses, run } of steps) {
    expect((uses === undefined) !== (run === undefined)).toBe(true);
    if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w/-]+@v\d+$/);
  }
  const at = steps.indexOf(step("Findings"));
  for (const later of steps.slice(at + 1)) expect(later.if).toMatch(/^always\(\)/);
  const upload = steps.find((each) => each.uses?.startsWith("actions/upload-artifact"))!;
  expect(upload.with!.path).toBe("bench.trace\ngotrace.html\n");
});

test("its commands, as written: known findings pass, a new one fails with a place in the repository", () => {
  const baseline = shell(blocks("sh")[0]);
  expect(baseline.stderr).toBe("");
  expect(baseline.status).toBe(0);
  const known = readFileSync(join(module, ".gotrace-baseline.json"), "utf8");
  expect(known).toContain("MutexContention");

  expect(shell(step("Benchmark").run!).status).toBe(0);
  const quiet = shell(step("Findings").run!);
  expect(quiet.stderr).toBe("");
  // Findings that a busy machine adds do not matter here.
  expect(quiet.stdout).not.toContain("store.go,line=17");

  const path = join(module, "store/store.go");
  // Move the lock into a function that is not in the baseline.
  writeFileSync(path, readFileSync(path, "utf8").replace("Put(key", "write(key").concat(put));
  expect(shell(step("Benchmark").run!).status).toBe(0);
  const found = shell(step("Findings").run!);
  expect(found.status).toBe(1);
  expect(found.stdout).toMatch(/^::error file=store\/store\.go,line=17,title=Long wait for a lock::/m);

  expect(shell(step("Summary").run!).status).toBe(0);
  expect(readFileSync(summary, "utf8")).toContain("`store/store.go:17`");
  const sarif = steps.find((each) => each.uses?.includes("upload-sarif"))!.with!.sarif_file as string;
  expect(JSON.parse(readFileSync(join(module, sarif), "utf8")).version).toBe("2.1.0");
  expect(existsSync(join(module, "gotrace.html"))).toBe(true);
});

const put = `
func (s *Store) Put(key string, value int) { s.write(key, value) }
`;

test("the other examples run too", () => {
  for (const block of blocks("sh").slice(1)) expect([0, 1, 2, 64, 66]).toContain(shell(block).status);
});

/** A test that stores three values, and the assertion about it. */
function assertPuts(most: number) {
  const source = `package store

import "testing"

func TestPut(t *testing.T) {
	s := New()
	for i := 0; i < 3; i++ {
		s.Put("key", i)
	}
}
`;
  writeFileSync(join(module, "store/put_test.go"), source);
  writeFileSync(
    join(module, ".gotrace.yaml"),
    `assert:\n  - "TestPut: store.(*Store).Put.calls <= ${most}"\n  - "TestPut: store.New.calls == 1"\n`,
  );
}

test("GitLab's job: reports are written whether assertions hold or not, and the job fails where one does not", () => {
  const job = (
    parse(blocks("yaml").at(-1)!) as { trace: { script: string[]; artifacts: { reports: { junit: string[] } } } }
  ).trace;
  expect(job.artifacts.reports.junit).toEqual(["calls.xml", "findings.xml"]);
  for (const [most, status, failures] of [
    [3, 0, 0],
    [2, 1, 1],
  ] as const) {
    assertPuts(most);
    const ran = shell(job.script.join("\n"));
    expect(ran.status, ran.stderr).toBe(status);
    expect(readFileSync(join(module, "calls.xml"), "utf8")).toContain(`tests="2" failures="${failures}"`);
    expect(readFileSync(join(module, "findings.xml"), "utf8")).toContain("<testsuite ");
  }
});

test("Jenkins' stage: the same, as JUnit and SARIF", () => {
  const lines = [...blocks("groovy")[0].matchAll(/^ *sh '(.*)'$/gm)].map(([, line]) => line);
  expect(lines).toHaveLength(3);
  assertPuts(2);
  expect(lines.map((line) => shell(line).status)).toEqual([0, 0, 1]);
  const [{ results }] = JSON.parse(readFileSync(join(module, "calls.sarif"), "utf8")).runs;
  expect(results).toHaveLength(1);
  expect(results[0].locations[0].physicalLocation.artifactLocation.uri).toBe("store/store.go");
  const github = shell("gotrace report --format github calls.gotrace");
  expect(github.stdout).toMatch(
    /^::error file=store\/store\.go,line=\d+,title=Assertion failed::TestPut: .*calls is 3/,
  );
  const stats = shell("gotrace stats --format markdown calls.gotrace");
  expect(stats.stdout).toMatch(/### gotrace: 1 of 2 checks failed/);
  const same = shell("gotrace diff --fail-on calls,10% --format markdown calls.gotrace calls.gotrace");
  expect(same).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/: 1 check passed, 1 not judged\n(.*\n)*.*judged no times/),
  });
  rmSync(join(module, ".gotrace.yaml"));
  expect(shell("gotrace report --format junit calls.gotrace")).toMatchObject({
    status: 64,
    stderr: expect.stringMatching(/there are none\n {2}give --assert/),
  });
});
