// What the parts of npm run sweep:agent share: testdata/agentload with the agent's package in it, its processes, and clients that
// send what they like.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const gotrace = join(root, "dist/bin/main.js");
export const scratch = mkdtempSync(join(tmpdir(), "gotrace-agent-"));
const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(scratch, { recursive: true, force: true });
});

/**
 * Builds the shop with the package that `gotrace agent` writes. `limits` are numbers of its limits.go to change, which the
 * package leaves to its users; `flags` are those of go build.
 */
export function build(name, limits = {}, flags = []) {
  const module = join(scratch, name);
  cpSync(join(root, "testdata/agentload"), module, { recursive: true });
  execFileSync(process.execPath, [gotrace, "agent"], { cwd: module, stdio: "ignore" });
  const file = join(module, "internal/traceagent/limits.go");
  let text = readFileSync(file, "utf8");
  for (const [constant, value] of Object.entries(limits)) {
    const line = new RegExp(`^(\\s*${constant}\\s*= )[^/\\n]*`, "m");
    if (!line.test(text)) throw new Error(`limits.go has no ${constant}`);
    text = text.replace(line, `$1${value} `);
  }
  writeFileSync(file, text);
  execFileSync("go", ["build", ...flags, "-o", "agentload", "."], { cwd: module, stdio: "inherit" });
  return join(module, "agentload");
}

/** Starts the shop. `shell` is a command line that runs before it in its shell, such as a limit. */
export async function serve(binary, flags = [], shell = "") {
  const [command, args] = shell
    ? ["sh", ["-c", `${shell}; exec "$@"`, "sh", binary, "serve", ...flags]]
    : [binary, ["serve", ...flags]];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const exit = once(child, "exit").then(([code]) => {
    running.delete(child);
    return code;
  });
  const server = { pid: child.pid, log: "", left: undefined };
  child.stderr.on("data", (data) => {
    server.log += data;
  });
  const lines = createInterface({ input: child.stdout });
  const ready = new Promise((resolve, reject) => {
    lines.on("line", (line) => {
      const [word, value] = line.split(" ");
      if (word === "ready") resolve();
      else server[word] = value;
    });
    exit.then(() => reject(new Error(`the server has ended: ${server.log}`)));
  });
  await ready;
  /** Asks the shop itself. */
  server.ask = async (path) => JSON.parse((await get(server.public, path)).body || "null");
  /** Ends the server. @returns its exit code */
  server.stop = () => {
    child.kill("SIGTERM");
    return exit;
  };
  return server;
}

/** Runs clients of servers, which they ask by turns. @returns of each server good, bad, p50_ns, p99_ns, most_ns */
export async function loadAll(binary, servers, requests, rate) {
  const to = servers.map((server) => server.public).join();
  const args = ["load", "-to", to, "-requests", String(requests), "-rate", String(rate)];
  const child = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  let out = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  await once(child, "close");
  running.delete(child);
  return out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Runs clients of one server. */
export const load = async (binary, server, requests, rate) => (await loadAll(binary, [server], requests, rate))[0];

/** Gets a page. `whole` is false if the response was cut off. Never rejects: status is 0 if there was no response. */
export function get(address, path, headers = {}, method = "GET") {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const asked = request({ host, port, path, method, headers, agent: false }, (response) => {
      const parts = [];
      const end = () => {
        const bytes = Buffer.concat(parts);
        const { statusCode: status, headers } = response;
        resolve({ status, headers, bytes, body: bytes.toString("latin1"), whole: response.complete });
      };
      response.on("data", (part) => parts.push(part));
      response.on("close", end);
      response.on("error", () => {});
    });
    asked.on("error", (error) => resolve({ status: 0, headers: {}, body: "", why: error.message, whole: false }));
    asked.end();
  });
}

/** Sends bytes as they are, and returns what comes back until the server closes the connection or `ms` have passed. */
export function send(address, text, ms = 3000) {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    let body = "";
    const timer = setTimeout(() => socket.destroy(), ms);
    socket.on("data", (data) => {
      body += data.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      const statuses = [...body.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status));
      resolve({ body, statuses });
    });
    socket.write(text, "latin1");
  });
}

/** Memory of a process in MB that is its own, not a file's. */
export function memoryOf(pid) {
  return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until a condition holds. @returns whether it did within `ms` */
export async function until(condition, ms) {
  for (const end = Date.now() + ms; Date.now() < end; await pause(50)) if (await condition()) return true;
  return false;
}
