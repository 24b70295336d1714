/** The command on an agent: kinds of captures, and pauses. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fakeAgent } from "../cli/agent-server.js";
import { main } from "../support/bundle.js";
import { repository, temporaryDirectory } from "./support.js";

const calls = readFileSync(join(repository, "testdata/format/golden.gotrace"));
const directory = temporaryDirectory();

function capture(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, GOTRACE_CACHE: join(directory, "cache"), GOTRACE_TOKEN: "secret" };
  const child = spawn(process.execPath, [main, "capture", ...words], { cwd: directory, env });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}

test("calls: waits as often as the agent asks, saves, reports as gotrace report does", async () => {
  const agent = await fakeAgent();
  let asked = 0;
  agent.first = ({ url }, response) => {
    if (url !== "/debug/gotrace/calls") return false;
    if (++asked < 3) response.writeHead(asked === 1 ? 429 : 503, { "retry-after": "0" }).end("not now");
    else response.end(calls);
    return true;
  };
  const { code, stdout, stderr } = await capture("--calls", "--wait", agent.address);
  const name = /trace in (\S+\.gotrace) /.exec(stderr)?.[1] ?? "";
  expect(stderr).toMatch(/answered 429: not now: waiting 0s\n.*answered 503: not now: waiting 0s\n/);
  expect(readFileSync(join(directory, name)).equals(calls)).toBe(true);
  expect(stdout).toMatch(/^next: gotrace .*\.gotrace/m);
  expect(code).toBe(0);
  expect(agent.requests.map(({ authorization }) => authorization)).toEqual(Array(3).fill("Bearer secret"));
});

test("the list; what has no meaning together is refused before anything is asked", async () => {
  const agent = await fakeAgent();
  const list = await capture("--list", "--format", "json", agent.address);
  expect(list.code).toBe(0);
  expect(JSON.parse(list.stdout)).toMatchObject({ server: agent.address, pid: 4711, snapshots: { files: [] } });
  const asked = agent.requests.length;
  for (const [words, message] of [
    [["--list", "--flight"], "--flight and --list cannot be combined"],
    [["--list", "--seconds", "3"], "--seconds is not for --list"],
    [["--calls", "--budget", "sched.p99 < 2ms"], "--budget is not for calls"],
    [["--calls", "--format", "nonsense"], '--format: "nonsense" is not valid'],
    [["--calls", "--format", "parquet"], "--format parquet writes several files"],
    [["--flight", "--seconds", "3"], "--seconds is not for --flight: the server decides"],
  ] as const) {
    const { code, stderr } = await capture(...words, agent.address);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`gotrace: ${message}`) });
  }
  expect(agent.requests.length).toBe(asked);
  expect(existsSync(join(directory, "none"))).toBe(false);
});
