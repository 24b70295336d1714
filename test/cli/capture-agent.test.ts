/** Capturing from gotrace's agent: addresses, what it says about itself, and who gets in. */
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { accessOf } from "../../src/cli/capture/access.js";
import { agentState, remoteSnapshots } from "../../src/cli/capture/agent.js";
import { download } from "../../src/cli/capture/download.js";
import { listing, listingJson, listingTables } from "../../src/cli/capture/list.js";
import { RetryLater } from "../../src/cli/capture/refusal.js";
import { captureTarget, isOpen, type Wanted } from "../../src/cli/capture/target.js";
import { captureCommand } from "../../src/cli/commands/capture.js";
import { accessFlags, accessOptions } from "../../src/cli/flags/access.js";
import { parseFlags } from "../../src/cli/flags/parse.js";
import { bytesOf } from "../analyses/traces.js";
import { temporaryDirectory } from "../support/temporary.js";
import { fakeAgent } from "./agent-server.js";

const directory = temporaryDirectory();
const open = { headers: {}, authorities: undefined, insecure: false };

/** What the flags give access to, and what is said about it. */
function access(address: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const said: string[] = [];
  const write = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  try {
    return {
      access: accessOf(
        accessOptions(parseFlags("capture", accessFlags, words)),
        captureTarget(address, undefined),
        env,
      ),
      said,
    };
  } finally {
    write.mockRestore();
  }
}

const failure = (work: Promise<unknown>): Promise<UserError> =>
  work.then(
    () => Promise.reject(new Error("no error")),
    (error: unknown) => (error instanceof UserError ? error : Promise.reject(error)),
  );

test.each([
  ["localhost:6060", "flight", "http://localhost:6060/debug/gotrace/flight"],
  ["localhost:6060", "trace", "http://localhost:6060/debug/pprof/trace?seconds=5"],
  ["http://h/debug/gotrace/", "trace", "http://h/debug/gotrace/trace?seconds=5"],
  ["https://h/admin/debug/pprof", "calls", "https://h/admin/debug/gotrace/calls"],
  ["https://h/admin/debug/gotrace", "agent", "https://h/admin/debug/gotrace/"],
  ["unix:///run/a.sock", "calls", "http://localhost/debug/gotrace/calls"],
  ["h:1/own/flight", "flight", "http://h:1/own/flight"],
] as const)("%s, %s: %s", (address, wanted, url) => {
  expect(captureTarget(address, undefined, wanted).url.href).toBe(url);
});

test("an endpoint is no server", () => {
  expect(() => captureTarget("http://h/flightrecorder", undefined, "agent")).toThrow("/flightrecorder is one endpoint");
  expect(() => captureTarget("http://h/flightrecorder", undefined, "calls")).toThrow("/flightrecorder is one endpoint");
});

test("what an agent says, as tables and as JSON; foreign text is harmless, what is missing does not matter", async () => {
  const agent = await fakeAgent();
  agent.snapshots.set("20261129T143205.123456789Z-4711-1-gc.pause.trace", new Uint8Array(5400));
  const target = captureTarget(agent.address, undefined, "agent");
  const state = await listing(target, open);
  const now = Date.parse("2026-11-29T14:35:00Z");
  const lines: string[] = [];
  for await (const line of listingTables(
    target,
    state,
    { colour: false, width: undefined, write: async () => {} },
    now,
  )) {
    lines.push(line);
  }
  const text = lines
    .join("")
    .replaceAll(agent.address, "HOST")
    .replaceAll(/\d\d:32:05/g, "HH:32:05");
  expect(text).toBe(`HOST: example.com/shop 3f2a9c1, process 4711, Go 1.24.2, up 2h5m0s

SERVES     HERE                                   GET IT WITH
trace      yes                                    gotrace capture HOST
snapshots  yes                                    gotrace capture --watch HOST
pprof      yes                                    http://HOST/debug/pprof/
flight     no: needs Go 1.25
calls      no: not built with \ufffd[31mgotrace build

the next capture: in 43s
the sentinel is on; it last fired HH:32:05, 2m54s ago: gc.pause
12 snapshots, 1.4 MiB, in /var/trace there

TIME                    SIZE  REASON    NAME
HH:32:05, 2m54s ago  5.3 KiB  gc.pause  20261129T143205.123456789Z-4711-1-gc.pause.trace

next: gotrace capture http://HOST/debug/gotrace/snapshots/20261129T143205.123456789Z-4711-1-gc.pause.trace · gotrace capture --watch HOST
`);
  expect(JSON.parse(listingJson(target, state))).toMatchObject({
    server: agent.address,
    serves: ["trace", "snapshots", "pprof"],
    why_not: { flight: "needs Go 1.25" },
    snapshots: { count: 12, files: [{ bytes: 5400, reason: "gc.pause" }] },
  });
  agent.state = { agent: 1, serves: 5, pid: "x", capture: null };
  const bare = await agentState(target, open);
  expect(bare).toMatchObject({ serves: [], pid: undefined, capture: { running: false } });
  const stop = new AbortController();
  stop.abort();
  await expect(remoteSnapshots(target, open, stop.signal)).rejects.toThrow();
});

test("servers without an agent: nothing there, another page, JSON of something else", async () => {
  const agent = await fakeAgent();
  const target = captureTarget(agent.address, undefined, "agent");
  for (const body of ["<html>hello</html>", '{"status":"ok"}', "[1]"]) {
    agent.first = (_, response) => response.end(body) !== undefined;
    const error = await failure(agentState(target, open));
    expect(error.message).toMatch(/does not answer as a gotrace agent at \/debug\/gotrace\/$/);
  }
  agent.first = (_, response) => response.writeHead(404).end("404 page not found") !== undefined;
  expect((await failure(agentState(target, open))).advice).toContain("there is no agent: 'gotrace agent' writes one");
});

test("answers that refuse: what the agent says, and what to do about it", async () => {
  const agent = await fakeAgent();
  let answer: [number, Record<string, string>, string] = [200, {}, ""];
  agent.first = (_, response) => response.writeHead(answer[0], answer[1]).end(answer[2]) !== undefined;
  const ask = (given: typeof answer, more = {}, wanted: Wanted = "flight") => {
    answer = given;
    const options = { ...open, ...more, maxBytes: 1e6, signal: new AbortController().signal, onBytes: () => undefined };
    return failure(download(captureTarget(agent.address, undefined, wanted), join(directory, "none"), options));
  };
  const early = (await ask([429, { "retry-after": "43" }, "60s between two captures\n"])) as RetryLater;
  expect(early.message).toMatch(/ answered 429: 60s between two captures$/);
  const again = "try again in 43s, as the server asks, or give --wait";
  expect(early.advice).toBe(`${again}; it then has the last seconds before that, not those before now`);
  expect((await ask([429, { "retry-after": "43" }, ""], {}, "trace")).advice).toBe(again);
  expect(await ask([429, { "retry-after": "0" }, ""])).toMatchObject({ loss: "" });
  const busy = await ask([503, { "retry-after": "5" }, "overloaded: p99 of scheduling latency 31ms"]);
  expect(busy).toBeInstanceOf(RetryLater);
  expect(busy.message).toContain("overloaded: p99");
  expect(await ask([503, {}, "broken"])).not.toBeInstanceOf(RetryLater);
  expect(await ask([501, {}, "the flight recorder needs Go 1.25"])).toMatchObject({
    message: expect.stringMatching(/ answered 501: the flight recorder needs Go 1.25$/),
    advice: `'gotrace capture --list ${agent.address}' shows what it has`,
  });
  const bearer = { "www-authenticate": "Bearer" };
  expect((await ask([401, bearer, "no token"])).advice).toContain("--token-file, or the token in GOTRACE_TOKEN");
  expect((await ask([401, bearer, "wrong token"], { token: () => "t" })).advice).toContain(
    "knows this token no longer",
  );
  expect((await ask([403, {}, "Host evil.example is not this server"])).message).toContain("Host evil.example is not");
});

test("a token comes from a file or the environment, each time anew, and goes to no other origin", async () => {
  const [agent, other] = [await fakeAgent(), await fakeAgent()];
  const file = join(directory, "token");
  writeFileSync(file, "first\n", { mode: 0o600 });
  const { access: got, said } = access(agent.address, ["--token-file", file], { GOTRACE_TOKEN: "unused" });
  expect(said).toEqual([]);
  const target = captureTarget(agent.address, undefined, "agent");
  await agentState(target, got);
  writeFileSync(file, "second\n");
  await agentState(target, got);
  agent.first = (_, response) =>
    response.writeHead(302, { location: `http://${other.address}/debug/gotrace/` }).end() !== undefined;
  other.first = (_, response) => response.writeHead(401).end() !== undefined;
  const error = await failure(agentState(target, got));
  expect(error.advice).toBe(
    `it redirects to http://${other.address}, which gets no credentials of ${agent.address}: name that address`,
  );
  expect(agent.requests.map((one) => one.authorization)).toEqual(["Bearer first", "Bearer second", "Bearer second"]);
  expect(other.requests.map((one) => one.authorization)).toEqual([undefined]);
  // What is said for one server goes before what the environment has for all.
  expect(access("me:secret@h:1", [], { GOTRACE_TOKEN: "t" }).access.token).toBeUndefined();
  expect(access("h:1", ["--header", "Authorization: Bearer x"], { GOTRACE_TOKEN: "t" }).access.token).toBeUndefined();
  expect(access("localhost:1", [], { GOTRACE_TOKEN: "t" }).access.token!()).toBe("t");
});

test("what is not protected is said", () => {
  const file = join(directory, "shared");
  writeFileSync(file, "t");
  chmodSync(file, 0o644);
  expect(access("localhost:1", ["--token-file", file]).said).toEqual([
    `gotrace: --token-file: all users of this machine can read ${file}: chmod 600 protects it\n`,
  ]);
  const unencrypted = /^gotrace: the token goes to 10\.0\.0\.1:1 unencrypted: https/;
  expect(access("10.0.0.1:1", [], { GOTRACE_TOKEN: "t" }).said[0]).toMatch(unencrypted);
  expect(access("me:secret@10.0.0.1:1", []).said[0]).toContain("the password goes to");
  expect(access("10.0.0.1:1", ["--header", "X-Token: 1"]).said[0]).toContain("the header x-token goes to");
  expect(access("10.0.0.1:1", ["--header", "X-Tenant: 1"]).said).toEqual([]);
  const openHosts = ["127.0.0.1:1", "localhost:1", "[::1]:1", "https://h:1", "unix:///a.sock", "h:1"].map((address) =>
    isOpen(captureTarget(address, undefined)),
  );
  expect(openHosts).toEqual([false, false, false, false, false, true]);
});

test.each([
  [["--token-file", "none"], "--token-file: cannot read none: no such file"],
  [["--token-file", "/dev/null"], "--token-file: /dev/null is empty"],
  [["--key", "k"], "--key is the key of a certificate"],
  [["--cert", "none"], "--cert: cannot read none"],
])("%s", (words, message) => {
  expect(() => access("https://h:1", words)).toThrow(message);
});

test("mutual TLS: with certificate and key, and what is wrong without them", async () => {
  const root = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  const source = readFileSync(join(root, "src/net/http/internal/testcert/testcert.go"), "utf8");
  const pem = source.replaceAll("TESTING KEY", "PRIVATE KEY").matchAll(/-----BEGIN [\s\S]+?-----END [A-Z ]+-----/g);
  const [cert, key] = [...pem].map(([text]) => text);
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const [certFile, keyFile] = [file("cert.pem", cert), file("key.pem", key)];
  const trace = bytesOf("go1.26-one-proc");
  // The only certificate at hand is a server's: whether it is the right one is checked here.
  const settings = { cert, key, requestCert: true, rejectUnauthorized: false };
  const server = createTlsServer(settings, ({ socket }, response) => {
    const { subject } = (socket as TLSSocket).getPeerCertificate();
    response.writeHead(subject?.O === "Acme Co" ? 200 : 403).end(trace);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => void server.close());
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fetched = (words: readonly string[]) => {
    const got = access(address, ["--cacert", certFile, ...words]);
    expect(got.said).toEqual([]);
    const more = { maxBytes: 1e9, signal: new AbortController().signal, onBytes: () => undefined };
    return download(captureTarget(address, undefined), join(directory, "tls.trace"), { ...got.access, ...more });
  };
  expect(await fetched(["--cert", certFile, "--key", keyFile])).toEqual({ bytes: trace.length });
  expect(await fetched(["--cert", file("both.pem", `${cert}\n${key}`)])).toEqual({ bytes: trace.length });
  expect((await failure(fetched([]))).message).toContain("answered 403");
  expect(() => access("http://h", ["--cert", certFile])).toThrow("not asked over https");
  expect(() => access(address, ["--cert", certFile])).toThrow("without --key, holds no private key");
  const locked = file(
    "locked.pem",
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE KEY-----\n",
  );
  expect(() => access(address, ["--cert", certFile, "--key", locked])).toThrow("is encrypted, and gotrace asks for no");
  const foreign = execFileSync(process.execPath, [
    "-e",
    `process.stdout.write(require("node:crypto").generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }))`,
  ]);
  expect(() => access(address, ["--cert", certFile, "--key", file("other.pem", String(foreign))])).toThrow(
    "it belongs to another certificate",
  );
});

test.each([
  [["--list", "--flight"], "--flight and --list cannot be combined"],
  [["--list", "--seconds", "3"], "--seconds is not for --list"],
  [["--calls", "--budget", "sched.p99 < 2ms"], "--budget is not for calls"],
  [["--calls", "--format", "nonsense"], '--format: "nonsense" is not valid'],
  [["--calls", "--format", "parquet"], "--format parquet writes several files"],
  [["--flight", "--seconds", "3"], "--seconds is not for --flight: the server decides"],
  [["--once"], "--once is not for single captures"],
  [["localhost:2"], "one server at a time, not 2"],
])("refused before anything is asked: %s: %s", async (words, message) => {
  await expect(captureCommand.run([...words, "localhost:1"])).rejects.toThrow(message);
});
