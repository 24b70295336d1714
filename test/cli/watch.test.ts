/** The parts of `capture --watch`: where snapshots come from, what is remembered, where findings go. */
import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { captureTarget } from "../../src/cli/capture/target.js";
import { captureCommand } from "../../src/cli/commands/capture.js";
import { namesServer } from "../../src/cli/flags/watch.js";
import { SnapshotDirectory } from "../../src/cli/watch/directory.js";
import { linesOf, webhookBody } from "../../src/cli/watch/lines.js";
import { isPlain, isSnapshot, readName } from "../../src/cli/watch/names.js";
import { Seen } from "../../src/cli/watch/seen.js";
import { SnapshotServer } from "../../src/cli/watch/server.js";
import type { SnapshotSource } from "../../src/cli/watch/source.js";
import type { Verdict } from "../../src/cli/watch/verdict.js";
import { Webhook } from "../../src/cli/watch/webhook.js";
import { bytesOf } from "../analyses/traces.js";
import { temporaryDirectory } from "../support/temporary.js";
import { fakeAgent } from "./agent-server.js";

const trace = bytesOf("go1.26-one-proc");
const open = { headers: {}, authorities: undefined, insecure: false };
const name = (second: number, reason = "gc.pause") =>
  `20261129T1432${String(second).padStart(2, "0")}.123456789Z-4711-${second}-${reason}.trace`;

/** The names of a look; each is remembered as reported. */
async function look(source: SnapshotSource, seen: Seen, last = false): Promise<string[]> {
  const names: string[] = [];
  for await (const one of source.look(last, new AbortController().signal)) {
    names.push(one.name);
    seen.add(one.name, one.what);
  }
  return names;
}

test("names: of agents, of traced processes, of others; what is not taken, and what no server may name", () => {
  const known = { whole: true, pid: 4711, time: "2026-11-29T14:32:05.123456789Z", reason: "gc.pause" };
  expect(readName(name(5))).toEqual(known);
  expect(readName("20261129T143205.123Z-4711-3.gotrace")).toEqual({
    ...{ whole: true, pid: 4711, time: "2026-11-29T14:32:05.123Z" },
  });
  expect(readName("20261129T143205.123Z-4711-exit.gotrace")).toMatchObject({ whole: true, pid: 4711 });
  expect(readName("slow.trace")).toEqual({ whole: false });
  for (const no of [`${name(5)}.part`, ".hidden.trace", "4711-1.gotrace", "4711-1.trace", "notes.txt", ".trace"]) {
    expect(isSnapshot(no), no).toBe(false);
  }
  expect([name(5), "a.trace"].every(isPlain)).toBe(true);
  for (const no of [
    "../x.trace",
    "a/b.trace",
    "a\\b.trace",
    "-x.trace",
    "a\u001b.trace",
    "a b.trace",
    `${"x".repeat(300)}.trace`,
  ]) {
    expect(isPlain(no), no).toBe(false);
  }
});

test("servers and directories", () => {
  const here = temporaryDirectory();
  for (const server of ["http://h", "unix:///run/a.sock", "localhost:6060", "h:1/debug/gotrace/"]) {
    expect(namesServer(server), server).toBe(true);
  }
  for (const directory of [here, "/missing:80", "./a:80", "snapshots"]) expect(namesServer(directory)).toBe(false);
});

test("a directory: complete files in order, the others when they are; a file that changed is another one", async () => {
  const directory = join(temporaryDirectory(), "snapshots");
  const seen = new Seen(undefined, false, () => undefined);
  const source = new SnapshotDirectory(directory, true, seen);
  expect(await look(source, seen)).toEqual([]);
  mkdirSync(directory);
  mkdirSync(join(directory, "directory.trace"));
  for (const one of [name(2), name(1), `${name(3)}.part`]) writeFileSync(join(directory, one), trace);
  writeFileSync(join(directory, "own.trace"), trace.subarray(0, 100));
  expect(await look(source, seen)).toEqual([name(1), name(2)]);
  writeFileSync(join(directory, "own.trace"), trace);
  renameSync(join(directory, `${name(3)}.part`), join(directory, name(3)));
  expect(await look(source, seen)).toEqual([name(3)]);
  expect(await look(source, seen)).toEqual(["own.trace"]);
  expect(await look(source, seen)).toEqual([]);
  writeFileSync(join(directory, "own.trace"), trace.subarray(0, 200));
  expect(await look(source, seen, true)).toEqual(["own.trace"]);
  const missing = new SnapshotDirectory(join(directory, "none"), false, seen);
  await expect(look(missing, seen)).rejects.toThrow("no such file or directory");
});

test("what was reported is remembered, only as long as it is there; a damaged memory is said", () => {
  const file = join(temporaryDirectory(), "deep", "state.json");
  const said: string[] = [];
  const open = (anew = false) => new Seen(file, anew, (line) => said.push(line));
  const first = open();
  first.add("a", "1");
  first.add("b", "");
  first.begin("c", "");
  first.save();
  expect(first.has("c", "")).toBe(true);
  const second = open();
  expect([second.has("a", "1"), second.has("a", "2"), second.has("b", ""), second.has("c", "")]).toEqual([
    ...[true, false, true, false],
  ]);
  second.keep((one) => one === "b");
  second.save();
  expect(open().names).toEqual(["b"]);
  expect(open(true).names).toEqual([]);
  expect(said).toEqual([]);
  writeFileSync(file, '{"version":1,"se');
  expect(open().names).toEqual([]);
  expect(said[0]).toMatch(/state\.json does not say what was reported before: .*: all is reported again$/);
});

test("a server: downloads what is new, keeps the latest, asks only for what may be new, and takes no name for a path", async () => {
  const agent = await fakeAgent();
  const directory = temporaryDirectory();
  const said: string[] = [];
  const seen = new Seen(undefined, false, () => undefined);
  const options = { directory, keep: 2, maxBytes: 1e6 };
  const target = captureTarget(agent.address, undefined, "agent");
  const source = new SnapshotServer(target, open, options, seen, (line) => said.push(line));
  writeFileSync(join(directory, "mine.trace"), "mine");
  // What others left that were killed, and what another one is downloading.
  const [left, loading] = [8, 9].map((second) => `${name(second)}.part`);
  for (const part of [left, loading, "mine.trace.part"]) writeFileSync(join(directory, part), "");
  for (const part of [left, "mine.trace.part"]) utimesSync(join(directory, part), 0, 0);
  for (const second of [1, 2, 3]) agent.snapshots.set(name(second), trace);
  agent.snapshots.set("../../evil.trace", trace);
  expect(await look(source, seen)).toEqual([name(1), name(2), name(3)]);
  expect(readdirSync(directory).sort()).toEqual([name(2), name(3), loading, "mine.trace", "mine.trace.part"]);
  expect(readFileSync(join(directory, name(3))).equals(trace)).toBe(true);
  expect(said).toEqual(["../../evil.trace is left out: this cannot be the name of a file here"]);
  const before = agent.requests.length;
  expect(await look(source, seen)).toEqual([]);
  expect(agent.requests.slice(before).map(({ url }) => url)).toEqual(["/debug/gotrace/snapshots"]);
  // Six minutes later the early ones need not be listed any more.
  const late = name(1).replace("T1432", "T1438");
  agent.snapshots.set(late, trace);
  expect(await look(source, seen)).toEqual([late]);
  expect(await look(source, seen)).toEqual([]);
  expect(agent.requests.at(-1)!.url).toBe(`/debug/gotrace/snapshots?after=${name(3)}`);
});

test("downloads that fail: cut short they are tried again, corrupt ones are left out, and nothing half stays", async () => {
  const agent = await fakeAgent();
  const directory = temporaryDirectory();
  const said: string[] = [];
  const seen = new Seen(undefined, false, () => undefined);
  const options = { directory, keep: 9, maxBytes: 1e6 };
  const target = captureTarget(agent.address, undefined, "agent");
  const source = new SnapshotServer(target, open, options, seen, (line) => said.push(line));
  agent.snapshots.set(name(1), trace).set(name(2), Buffer.from("no trace at all, but text"));
  agent.snapshots.set(name(3), new Uint8Array(0)).set(name(4), Buffer.concat([trace, Buffer.alloc(2e6)]));
  let cuts = 1;
  agent.first = ({ url }, response) => {
    if (!url!.endsWith(name(1)) || cuts-- <= 0) return false;
    response
      .writeHead(200, { "content-length": trace.length })
      .write(trace.subarray(0, 1000), () => response.destroy());
    return true;
  };
  expect(await look(source, seen)).toEqual([]);
  expect(await look(source, seen)).toEqual([name(1)]);
  expect(await look(source, seen)).toEqual([]);
  expect(await look(source, seen)).toEqual([]);
  expect(said.filter((line) => line.includes(name(1)))).toEqual([
    `${name(1)}: the transfer ended early: it is fetched again`,
  ]);
  expect(said.filter((line) => line.includes(name(2)))).toHaveLength(3);
  expect(said.findLast((line) => line.includes(name(2)))).toMatch(/ is left out: no trace: .* sent /);
  expect(said.findLast((line) => line.includes(name(3)))).toMatch(/ is left out: no trace: .* sent nothing at all/);
  expect(said.filter((line) => line.includes(name(4)))).toEqual([
    `${name(4)} is left out: it is larger than 976.6 KiB, see --max-size`,
  ]);
  expect(source.leftOut).toBe(3);
  expect(readdirSync(directory)).toEqual([name(1)]);
  agent.server.closeAllConnections();
  await new Promise((done) => agent.server.close(done));
  await expect(look(source, seen)).rejects.toBeInstanceOf(UserError);
});

/** A webhook's server that answers with one status after another, then 200. */
async function hook(statuses: readonly number[], hold?: Promise<unknown>) {
  const bodies: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    await hold;
    response.writeHead(statuses[bodies.length - 1] ?? 200, { location: "/elsewhere" }).end("thanks");
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret`, bodies };
}

test("a webhook: again after faults of the server, not after refusals; in order; what failed is said without the secret", async () => {
  const { url, bodies } = await hook([500, 429, 200, 404, 302]);
  const said: string[] = [];
  const delivered: boolean[] = [];
  const webhook = new Webhook(url, (line) => said.push(line), 1);
  for (const body of ["a", "b", "c", "d"]) webhook.post(body, (done) => delivered.push(done));
  await webhook.end(60_000);
  expect(bodies).toEqual(["a", "a", "a", "b", "c", "d"]);
  expect(delivered).toEqual([true, false, false, true]);
  const origin = new URL(url).origin;
  expect(said).toEqual([`not delivered to ${origin}: it answered 404`, `not delivered to ${origin}: it answered 302`]);
  expect(webhook.failures).toBe(2);
  const nobody = new Webhook("http://127.0.0.1:1/secret", (line) => said.push(line), 1);
  nobody.post("x", (done) => delivered.push(done));
  await nobody.end(60_000);
  expect(said.at(-1)).toMatch(/^not delivered to http:\/\/127\.0\.0\.1:1: /);
  expect(() => new Webhook("ftp://x", () => undefined)).toThrow("--webhook: this is no URL");
});

test("a webhook that hangs: the queue is bounded, and the end does not wait for ever", async () => {
  const { url } = await hook([], new Promise(() => undefined));
  const said: string[] = [];
  let settled = 0;
  const webhook = new Webhook(url, (line) => said.push(line), 1);
  for (let i = 0; i < 103; i++) webhook.post(String(i), () => settled++);
  expect(settled).toBe(3);
  expect(said).toHaveLength(3);
  expect(said[0]).toContain("more than 100 wait for it");
  await webhook.end(10);
  expect(said.at(-1)).toMatch(/^100 not delivered to .*: gotrace ends$/);
  expect(settled).toBe(3);
});

const verdict: Verdict = {
  snapshot: "d/x.trace",
  time: "2026-11-29T14:32:05.123456789Z",
  process: 4711,
  reason: "gc.\u001b[31mpause",
  severity: "error",
  summary: "MutexContention: 6 goroutines waited; 1 warning",
  next: "gotrace analyze d/x.trace",
  findings: [
    {
      rule: "MutexContention",
      severity: "error",
      message: "m",
      stack: [1],
      site: { pc: 1, function: "f", file: "f.go", line: 3 },
    },
  ],
  fails: true,
};

test("lines for people, as NDJSON, in the shape of log/slog, and for a webhook", () => {
  expect(linesOf(verdict, "text", false, 0).replace(/^\S+ \S+/, "WHEN")).toBe(
    "WHEN process 4711, gc.\ufffd[31mpause: ERROR MutexContention: 6 goroutines waited; 1 warning\n  next: gotrace analyze d/x.trace\n",
  );
  const record = JSON.parse(linesOf(verdict, "ndjson", false, 0));
  expect(Object.keys(record)[0]).toBe("time");
  expect(record).toEqual({ ...verdict, fails: undefined });
  const text = linesOf(verdict, "slog", false, Date.parse("2026-11-29T15:00:00Z"));
  expect(text).toMatch(
    /^\{"time":"2026-11-29T15:00:00\.000Z","level":"ERROR","msg":"MutexContention: 6 gor[^\n]*\}\n$/,
  );
  expect(text).not.toContain("\u001b");
  const site = { function: "f", file: "f.go", line: 3 };
  const brief = [{ rule: "MutexContention", severity: "error", message: "m", site }];
  expect(JSON.parse(text)).toMatchObject({ written: verdict.time, process: 4711, findings: brief });
  expect(JSON.parse(webhookBody(verdict))).toMatchObject({
    text: expect.stringMatching(/process 4711, .*: ERROR MutexContention: .*\nnext: gotrace analyze d\/x\.trace$/),
    severity: "error",
    findings: brief,
  });
});

test.each([
  [["--once", "none"], "cannot read none: no such file or directory"],
  [["--once", "-o", "dir", "localhost:1"], "nothing listens at localhost:1"],
  [["--format", "sarif", "."], '--format: "sarif" is not valid'],
  [["--seconds", "3", "."], "--seconds is not for --watch"],
  [["--cert", "x", "."], "--cert is not for directories"],
  [["--poll", "1us", "."], '--poll: "1us" is not valid'],
])("%s: %s", async (words, message) => {
  const directory = temporaryDirectory();
  const inside = words.map((word) => (word === "dir" ? join(directory, word) : word));
  const run = captureCommand.run(["--watch", "--state", join(directory, "state"), ...inside]);
  await expect(run).rejects.toThrow(message);
});
