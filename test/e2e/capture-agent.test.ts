/** The command on an agent: kinds of captures, and pauses. The last test has a real one, in a binary of `gotrace build`. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { fakeAgent } from "../cli/agent-server.js";
import { main } from "../support/bundle.js";
import { filesOn, gotrace, repository, temporaryDirectory } from "./support.js";

const calls = readFileSync(join(repository, "testdata/format/golden.gotrace"));
const directory = temporaryDirectory();

const capture = (...words: string[]) => captureAs("secret", ...words);

function captureAs(
  token: string,
  ...words: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, GOTRACE_CACHE: join(directory, "cache"), GOTRACE_TOKEN: token };
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

test("the list as JSON", async () => {
  const agent = await fakeAgent();
  const list = await capture("--list", "--format", "json", agent.address);
  expect(list.code).toBe(0);
  expect(JSON.parse(list.stdout)).toMatchObject({ server: agent.address, pid: 4711, snapshots: { files: [] } });
});

const program = `package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"example.com/app/internal/traceagent"
)

func main() {
	agent, err := traceagent.Start(traceagent.Options{
		Token:    "0123456789abcdef0123",
		Dir:      "snapshots",
		Flight:   traceagent.Flight{MinAge: time.Second, MaxBytes: 1 << 20},
		Requests: traceagent.Requests{Slow: time.Millisecond},
	})
	_, end := agent.StartRequest(context.Background(), "GET /orders/{id}", "4bf92f3577b34da6a3ce929d0e0e4736")
	time.Sleep(5 * time.Millisecond)
	end()
	listener, _ := net.Listen("unix", "agent.sock")
	fmt.Println("agent:", err)
	fmt.Fprintln(os.Stderr, http.Serve(listener, agent.Handler()))
}
`;

test("a real agent, of which the command knows all that it needs", async () => {
  const app = filesOn({ "go.mod": "module example.com/app\n\ngo 1.25\n", "main.go": program });
  expect(gotrace(["agent"], { cwd: app }).code).toBe(0);
  expect(gotrace(["build", "-o", "app", "."], { cwd: app })).toMatchObject({ code: 0 });
  const env = { ...process.env, GOTRACE_OUT: join(app, "out"), GOTRACE_RING: "8MiB" };
  const server = spawn(join(app, "app"), { cwd: app, env, stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void server.kill());
  expect(String((await once(server.stdout, "data"))[0])).toBe("agent: <nil>\n");
  const address = `unix://${join(app, "agent.sock")}`;

  const stranger = await capture("--list", address);
  expect(stranger.code).toBe(2);
  expect(stranger.stderr).toMatch(/answered 401: .*\n {2}it knows this token no longer, or never did/);
  const file = join(directory, "token");
  writeFileSync(file, "0123456789abcdef0123\n", { mode: 0o600 });
  const list = await capture("--list", "--format", "json", "--token-file", file, address);
  expect(list.stderr).toBe("");
  const state = JSON.parse(list.stdout);
  expect(state).toMatchObject({ module: "example.com/app", pid: server.pid, capture: { running: false } });
  expect(state.serves).toEqual(expect.arrayContaining(["trace", "flight", "calls", "snapshots"]));

  const own = (...words: string[]) => captureAs("0123456789abcdef0123", ...words, address);
  const words = ["capture", "--watch", "--poll", "50ms", "-o", "taken", "--format", "ndjson", "--token-file", file];
  const cached = { cwd: directory, env: { ...process.env, GOTRACE_CACHE: join(directory, "cache") } };
  const watching = spawn(process.execPath, [main, ...words, address], {
    ...cached,
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void watching.kill());
  const record = JSON.parse(String((await once(watching.stdout, "data"))[0]));
  expect(record).toMatchObject({
    ...{ process: server.pid, trace_id: "4bf92f3577b34da6a3ce929d0e0e4736" },
    why: expect.stringMatching(/^GET \/orders\/\{id\} took \S+ms, limit 1ms$/),
    next: expect.stringMatching(/^gotrace summary --task \d+ taken\/\S+\.trace/),
  });
  watching.kill();
  expect((await once(watching, "close"))[0]).toBe(0);
  const [, task] = /--task (\d+) (\S+)/.exec(record.next)!;
  const summary = gotrace(["summary", "--task", task, record.snapshot], { cwd: directory });
  expect(summary.stdout).toContain("GET /orders/{id}");
  // Where the server is overloaded it asks to come back.
  const calls = await own("--calls", "--wait", "-o", "calls.gotrace");
  expect(calls.stdout).toContain("main.main");
  expect(calls.stdout).toMatch(/^next: gotrace stats calls\.gotrace · gotrace calls FUNC calls\.gotrace/m);
  expect(calls.code).toBe(0);
  const early = await own("--flight", "-o", "flight.trace");
  expect(early.code).toBe(2);
  expect(early.stderr).toMatch(
    /answered (429|503): .*\n {2}try again in \d+s, as the server asks, or give --wait; it then has .*\n$/,
  );
});
