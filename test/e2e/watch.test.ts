/** `gotrace capture --watch` as a process: snapshots that come, restarts on both sides, signals, exit codes. */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { fakeAgent } from "../cli/agent-server.js";
import { main } from "../support/bundle.js";
import { repository, temporaryDirectory } from "./support.js";

const unpacked = (path: string) => gunzipSync(readFileSync(join(repository, "testdata", path)));
const healthy = unpacked("exectrace/go1.26-one-proc.trace.gz");
const sick = unpacked("rules/MutexContention/fires.trace.gz");
const calls = readFileSync(join(repository, "testdata/format/golden.gotrace"));
const name = (second: number) => `20261129T1432${second}.123456789Z-4711-${second}-gc.pause.trace`;

/** Runs `capture --watch` in a directory, with a cache of its own there. */
function start(cwd: string, ...words: string[]) {
  const env = { ...process.env, GOTRACE_CACHE: join(cwd, "cache"), TZ: "UTC" };
  const child = spawn(process.execPath, [main, "capture", "--watch", "--poll", "20ms", ...words], { cwd, env });
  onTestFinished(() => void child.kill("SIGKILL"));
  let [stdout, stderr] = ["", ""];
  const waiting = new Set<() => void>();
  const more = () => {
    for (const look of waiting) look();
  };
  child.stdout.on("data", (text) => {
    stdout += text;
    more();
  });
  child.stderr.on("data", (text) => {
    stderr += text;
    more();
  });
  const done = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout, stderr })),
  );
  /** Waits for a text on either stream. */
  const says = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!`${stdout}\n${stderr}`.match(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
      void done.then(() => reject(new Error(`ended without ${text}: ${stdout}${stderr}`)));
    });
  return { child, done, says };
}

test("a directory that comes later: each snapshot once, also over restarts; the report may be moved away; SIGTERM, Ctrl-C", async () => {
  const cwd = temporaryDirectory();
  const first = start(cwd, "--report", "findings.ndjson", "./snapshots");
  await first.says("./snapshots is not there yet: gotrace waits for it");
  mkdirSync(join(cwd, "snapshots"));
  const put = (to: string, bytes: Uint8Array) => {
    writeFileSync(join(cwd, "snapshots", `${to}.part`), bytes);
    renameSync(join(cwd, "snapshots", `${to}.part`), join(cwd, "snapshots", to));
  };
  writeFileSync(join(cwd, "snapshots", `${name(10)}.part`), sick);
  put(name(11), sick);
  await first.says(`next: gotrace analyze snapshots/${name(11)} · gotrace explain MutexContention`);
  renameSync(join(cwd, "findings.ndjson"), join(cwd, "findings.1"));
  put(name(12), healthy);
  put("own.gotrace", calls);
  put("corrupt.trace", Buffer.from("this is no trace"));
  await first.says(`next: gotrace summary snapshots/${name(12)}`);
  await first.says("next: gotrace requests snapshots/own.gotrace");
  await first.says("snapshots/corrupt.trace: cannot be read: this is not an execution trace");
  first.child.kill("SIGTERM");
  const { code, stdout } = await first.done;
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^2026-11-29 14:32:11\.123 process 4711, gc\.pause: ERROR MutexContention: .* at .*\.go:\d+\).*\n {2}next: /,
  );
  const records = (file: string) =>
    readFileSync(join(cwd, file), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  expect(records("findings.1")).toMatchObject([{ process: 4711, reason: "gc.pause", severity: "error" }]);
  expect(records("findings.1")[0].findings[0]).toMatchObject({ rule: "MutexContention", stack: expect.anything() });
  expect(
    records("findings.ndjson")
      .map(({ snapshot }) => snapshot)
      .sort(),
  ).toEqual([name(12), "corrupt.trace", "own.gotrace"].map((one) => `snapshots/${one}`).sort());

  const second = start(cwd, "--format", "slog", "./snapshots");
  put(name(13), healthy);
  await second.says(name(13));
  second.child.kill("SIGINT");
  const again = await second.done;
  expect(again.code).toBe(130);
  expect(
    again.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).snapshot),
  ).toEqual([`snapshots/${name(13)}`]);
  expect(JSON.parse(again.stdout)).toMatchObject({ level: "INFO", msg: "no findings", process: 4711 });

  const third = await start(cwd, "--once", "snapshots").done;
  expect(third).toMatchObject({ code: 0, stdout: "" });
  expect(third.stderr).toContain("no new snapshot in snapshots; 5 snapshots there were reported before, --again");
  expect((await start(cwd, "--once", "--again", "--format", "ndjson", "snapshots").done).code).toBe(2);
  // As with `| head`: nobody reads on.
  const unread = start(cwd, "--again", "snapshots");
  unread.child.stdout.destroy();
  expect((await unread.done).code).toBe(0);
});

test("an agent that restarts, and a webhook: downloads, posts, goes on; --once by the exit code", async () => {
  const cwd = temporaryDirectory();
  const bodies: Record<string, unknown>[] = [];
  const hook = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    bodies.push(JSON.parse(body));
    response.end();
  });
  await new Promise<void>((done) => hook.listen(0, "127.0.0.1", done));
  onTestFinished(() => void hook.close());
  const webhook = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  const agent = await fakeAgent();
  agent.snapshots.set(name(11), sick);
  const words = ["-o", "kept", "--webhook", webhook, agent.address];
  const watching = start(cwd, ...words);
  await watching.says(`next: gotrace analyze kept/${name(11)}`);
  agent.server.closeAllConnections();
  await new Promise((done) => agent.server.close(done));
  await watching.says(/nothing listens at .*: gotrace goes on trying/);
  agent.snapshots.set(name(12), healthy);
  const { port, hostname } = new URL(`http://${agent.address}`);
  agent.server.listen(Number(port), hostname);
  await watching.says(`next: gotrace summary kept/${name(12)}`);
  await watching.says("it works again");
  watching.child.kill("SIGTERM");
  expect((await watching.done).code).toBe(0);
  expect(bodies).toMatchObject([
    { text: expect.stringContaining("ERROR MutexContention"), snapshot: `kept/${name(11)}` },
    { summary: "no findings" },
  ]);
  agent.snapshots.set(name(13), sick);
  const once = await start(cwd, "--once", ...words).done;
  expect(once.code).toBe(1);
  expect(once.stdout.match(/next:/g)).toHaveLength(1);
  expect(bodies).toHaveLength(3);
});
