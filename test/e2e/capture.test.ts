import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TraceReader } from "../../src/exectrace/index.js";
import { main } from "../support/bundle.js";

const root = resolve(import.meta.dirname, "../..");
const source = join(root, "testdata/server");
const directory = mkdtempSync(join(tmpdir(), "gotrace-capture-"));
const cache = join(directory, "cache");
let server: ChildProcess;
let address: string;

beforeAll(async () => {
  const program = join(directory, "server");
  execFileSync("go", ["build", "-o", program, "."], { cwd: source, stdio: "inherit" });
  server = spawn(program, { env: { ...process.env, FLIGHT: "1" }, stdio: ["ignore", "pipe", "ignore"] });
  address = await new Promise<string>((done) => server.stdout!.once("data", (text) => done(String(text).trim())));
});
afterAll(() => {
  server?.kill();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => rmSync(join(cache, "capture"), { recursive: true, force: true }));

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(...words: string[]): { child: ChildProcess; done: Promise<Result> } {
  const env = { ...process.env, GOTRACE_CACHE: cache };
  const child = spawn(process.execPath, [main, "capture", ...words], { cwd: directory, env });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => (stdout += text));
  child.stderr.on("data", (text) => (stderr += text));
  return { child, done: new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr }))) };
}

const capture = (...words: string[]) => start(...words).done;
const traces = () => readdirSync(directory).filter((name) => name.endsWith(".trace"));

/** Moves the end of the last capture back by some milliseconds. */
function age(by: number): void {
  const folder = join(cache, "capture");
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".stamp"))) {
    utimesSync(join(folder, name), new Date(), new Date(statSync(join(folder, name)).mtimeMs - by));
  }
}

/** Number of generations in a trace file, and whether it was cut off. */
function read(path: string) {
  const reader = new TraceReader([readFileSync(path)]);
  let last = 0;
  for (let event = reader.next(); event; event = reader.next()) last = Math.max(last, reader.sync.generation);
  return { generations: last, cut: reader.warning !== undefined };
}

test("a server's address is enough: records, saves under host and time, analyzes", async () => {
  const { code, stdout, stderr } = await capture("--seconds", "1", address);
  expect(stdout).toContain("MutexContention");
  expect(stdout).toContain("store.(*Store).Put");
  expect(code).toBe(1);
  const [name] = traces();
  expect(name).toMatch(/^127\.0\.0\.1-\d+-\d{8}-\d{6}\.trace$/);
  expect(stderr).toMatch(new RegExp(`^gotrace: trace in ${name} \\(.*\\)\n$`));
  expect(read(join(directory, name)).cut).toBe(false);
});

test("a flight recorder's trace; the report goes to a file in the format asked for", async () => {
  const words = ["-o", "flight.trace", "--format", "json", "--report", "flight.json", "--fail-on", "never"];
  const { code, stdout } = await capture(...words, `http://${address}/flight`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
  expect(JSON.parse(readFileSync(join(directory, "flight.json"), "utf8"))).toBeTruthy();
  expect(read(join(directory, "flight.trace")).cut).toBe(false);
});

test("Ctrl-C closes the connection, which ends the tracing, and keeps what is complete", async () => {
  const { child, done } = start("--seconds", "20", "-o", "long.trace", address);
  const arriving = join(directory, "long.trace");
  const arrived = () => {
    try {
      return read(arriving).generations > 0;
    } catch {
      return false;
    }
  };
  while (!arrived()) await new Promise((later) => setTimeout(later, 100));
  child.kill("SIGINT");
  const { code, stdout, stderr } = await done;
  expect(code).toBe(130);
  expect(stderr).toContain("partial trace in long.trace");
  expect(stdout).toBe("");
  const { generations, cut } = read(join(directory, "long.trace"));
  expect(generations).toBeGreaterThan(0);
  expect(cut).toBe(true);
  // The server is free again: it refuses a second trace while one is being taken.
  age(6_000);
  const next = await capture("--seconds", "0.3", "--wait", "--no-analyze", "-o", "next.trace", address);
  expect(next).toMatchObject({ code: 0, stdout: "" });
  expect(next.stderr).toContain("ended less than 10s ago: waiting");
});

test("Ctrl-C before anything is complete leaves no file", async () => {
  // A server that sends the header of a trace and nothing more.
  const silent = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/octet-stream" });
    response.write("go 1.23 trace\0\0\0", () => child.kill("SIGTERM"));
  });
  const port = await new Promise<number>((done) =>
    silent.listen(0, "127.0.0.1", () => done((silent.address() as AddressInfo).port)),
  );
  const { child, done } = start("--seconds", "20", "-o", "early.trace", `127.0.0.1:${port}`);
  const result = await done;
  silent.close();
  expect(result).toMatchObject({ code: 143, stderr: "gotrace: stopped before there was anything to keep\n" });
  expect(existsSync(join(directory, "early.trace"))).toBe(false);
});

test("a server that ends the transfer early: complete generations are analyzed, and it is said", async () => {
  const { code, stdout, stderr } = await capture("-o", "cut.trace", `http://${address}/cut`);
  expect(stderr).toContain("ended the transfer early");
  expect(stdout).toContain("MutexContention");
  expect(code).toBe(1);
});

test("one at a time, and a pause between two", async () => {
  const first = start("--seconds", "20", "--no-analyze", "-o", "one.trace", address);
  const lock = join(cache, "capture");
  while (!existsSync(lock) || readdirSync(lock).length === 0) await new Promise((later) => setTimeout(later, 20));
  const second = await capture("--no-analyze", "-o", "two.trace", address);
  expect(second.code).toBe(2);
  expect(second.stderr).toMatch(
    /^gotrace: another gotrace \(process \d+\) is capturing from .*\n {2}wait until .*--wait\n$/,
  );
  // The pause applies only after a server has recorded something.
  while (!existsSync(join(directory, "one.trace"))) await new Promise((later) => setTimeout(later, 20));
  first.child.kill("SIGINT");
  expect((await first.done).code).toBe(130);
  const third = await capture("--no-analyze", "-o", "two.trace", address);
  expect(third.code).toBe(2);
  expect(third.stderr).toMatch(/ended less than 10s ago\n {2}try again in \d+s, or give --wait.*\n$/);
  expect(existsSync(join(directory, "two.trace"))).toBe(false);
  age(10_001);
  expect((await capture("--seconds", "0.2", "--no-analyze", "-o", "two.trace", address)).code).toBe(0);
});

test("the lock of a process that is gone holds nobody up", async () => {
  await capture("--no-analyze", "-o", "x.trace", `http://${address}/text`);
  const name = `${address.replace(":", "-")}.lock`;
  const gone = spawn("true");
  await new Promise((done) => gone.once("close", done));
  writeFileSync(join(cache, "capture", name), String(gone.pid));
  expect((await capture("--seconds", "0.2", "--no-analyze", "-o", "stale.trace", address)).code).toBe(0);
  expect(readdirSync(join(cache, "capture"))).toEqual([name.replace("lock", "stamp")]);
});

test("name and password, and headers, open what is private", async () => {
  const words = ["--seconds", "0.2", "--no-analyze", "-o", "private.trace"];
  expect((await capture(...words, `http://me:s%3Ae%40cret@${address}/private?seconds=0.2`)).code).toBe(0);
  rmSync(join(cache, "capture"), { recursive: true });
  expect((await capture(...words, "--header", "X-Token: a, b", `http://${address}/private`)).code).toBe(0);
});

test("a redirect is followed; a 429 is waited for with --wait", async () => {
  const words = ["--seconds", "0.2", "--no-analyze", "-o", "moved.trace"];
  expect((await capture(...words, `http://${address}/moved`)).code).toBe(0);
  age(10_001);
  const again = await capture(...words, "--wait", `http://${address}/busy-once`);
  expect(again.stderr).toContain("answered 429: one at a time: waiting 1s");
  expect(again.code).toBe(0);
});

test.each([
  ["/private", "answered 403 with a web page", "--header"],
  ["/nope", "answered 404: 404 page not found", "import net/http/pprof"],
  ["/page", "no trace: .* sent a web page", "flight recorder"],
  ["/text", 'no trace: .* begin with "�\\[31mhello', "flight recorder"],
  ["/nothing", "no trace: .* sent nothing at all", "flight recorder"],
  ["/debug/pprof/heap", "no trace: .* sent a compressed profile", "/debug/pprof/trace"],
  ["/busy", "answered 429: one at a time", "try again in 1s, as the server asks"],
  ["/round", "redirects too often", "the trace itself"],
  ["/debug/pprof/trace?seconds=31", '--seconds: "31" is not valid', "up to 30"],
])("%s: %s", async (path, what, advice) => {
  const { code, stdout, stderr } = await capture("-o", "no.trace", `http://${address}${path}`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^gotrace: .*${what}.*\n {2}.*${advice}.*\n$`));
  expect(existsSync(join(directory, "no.trace"))).toBe(false);
});

test.each([
  ["127.0.0.1:1", "nothing listens at 127.0.0.1:1", "start the server"],
  ["ftp://127.0.0.1/x", "cannot fetch from ftp://127.0.0.1/x", "http://, https:// or unix://"],
  ["foo://me:secret@x", "cannot fetch from foo://x", "http://"],
  ["http://", "not an address", "localhost:6060"],
])("%s: %s", async (url, what, advice) => {
  const { code, stderr } = await capture(url);
  expect(code).toBe(2);
  expect(stderr).toMatch(new RegExp(`^gotrace: ${what}.*\n {2}.*${advice}.*\n$`));
});

test("https at an http port", async () => {
  expect((await capture(`https://${address}`)).stderr).toContain("does not speak https");
});
