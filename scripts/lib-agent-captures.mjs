// Captures under load: many clients at once, clients that vanish, slow clients, snapshots without room. Part of npm run
// sweep:agent. Each function runs one kind of trouble and reports by check(what, holds, figures).

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { get, gotrace, load, memoryOf, pause, scratch, serve, until } from "./lib-agent-load.mjs";

const index = "/debug/gotrace/";
const mebibytes = (bytes) => `${(bytes / (1 << 20)).toFixed(1)} MiB`;
/** Whether every request to the shop was answered well. */
const unharmed = (check, what, { good, bad }) =>
  check(`${what}: no request lost`, bad === 0, `${good} of ${good + bad} answered`);

/** What a response to a capture came to: of ten, one is 200 and the others are 429 with Retry-After. */
function volley(check, what, responses, most) {
  const captured = responses.filter(({ status, whole }) => status === 200 && whole);
  const refused = responses.filter(({ status }) => status === 429);
  const told = refused.filter(({ headers, body }) => Number(headers["retry-after"]) >= 1 && body.trim().length > 20);
  const figures = `${captured.length} captured, ${refused.length} got 429, ${told.length} with Retry-After`;
  check(what, captured.length === most && told.length === responses.length - most, figures);
  return captured[0];
}

/** 10,000 requests, and ten clients that capture at once, again and again. */
export async function crowd(check, binary) {
  const dir = join(scratch, "crowd");
  const server = await serve(binary, ["-agent", "-dir", dir, "-flight", String(8 << 20), "-watch"]);
  const loaded = load(binary, server, 10_000, 400);
  const ten = (path) => Promise.all(Array.from({ length: 10 }, () => get(server.agent, path)));
  await pause(2000);
  const one = volley(check, "ten clients ask for a trace at once", await ten(`${index}trace?seconds=5`), 1);
  volley(check, "ten more, within 60 s of the end", await ten(`${index}trace?seconds=5`), 0);
  const mixed = ["trace", "flight", "../pprof/profile", "../pprof/trace"].map(
    (page) => new URL(index + page, "http://x").pathname,
  );
  volley(
    check,
    "traces, profiles and flight recorder share the limit",
    await Promise.all(mixed.map((path) => get(server.agent, path))),
    0,
  );
  const pages = ["", "health", "goroutines", "metrics", "snapshots"];
  const statuses = [];
  for (const page of pages) statuses.push((await get(server.agent, index + page)).status);
  check(
    "pages that are no captures are served meanwhile",
    statuses.every((status) => status === 200),
    statuses.join(" "),
  );
  const file = join(scratch, "crowd.trace");
  writeFileSync(file, one?.bytes ?? "");
  const summary = spawnSync(process.execPath, [gotrace, "summary", "--format", "json", file], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  const tasks = /POST \/orders\//.test(summary.stdout);
  check("the trace is whole and has the requests", summary.status === 0 && tasks, mebibytes(one?.bytes.length ?? 0));
  unharmed(check, "10,000 requests", await loaded);
  await close(check, "10,000 requests", server);
}

/** Clients that go away while they capture. `binary` lets captures follow each other at once. */
export async function vanishing(check, binary) {
  const server = await serve(binary, ["-agent", "-dir", join(scratch, "vanishing"), "-flight", String(8 << 20)]);
  const before = await server.ask("/usage");
  const loaded = load(binary, server, 5000, 400);
  const [host, port] = server.agent.split(":");
  const open = [];
  let began = 0;
  const paths = ["trace?seconds=30", "../pprof/profile?seconds=30", "flight", "goroutines", "snapshots?contains=x"];
  for (let i = 0; i < 40; i++) {
    const socket = connect({ host, port: Number(port) });
    socket.on("error", () => {});
    socket.on("data", () => began++);
    const path = new URL(index + paths[i % paths.length], "http://x").pathname;
    const text = `GET ${path} HTTP/1.1\r\nHost: ${server.agent}\r\n\r\n`;
    socket.write(i % 8 === 7 ? text.slice(0, 30) : text); // some even before their request is whole
    open.push(socket);
    await pause(50 + (i % 6) * 100); // captures begin after a quarter of a second, in which the load is measured
    if (i % 2) socket.destroy();
    else socket.resetAndDestroy();
  }
  const state = async () => JSON.parse((await get(server.agent, index)).body || "{}");
  const ended = await until(async () => (await state()).capture?.running === false, 5000);
  check("40 clients that vanish: their captures end", ended && began > 5, `${began} pieces had been sent`);
  const next = async () => (await get(server.agent, `${index}trace?seconds=0.1`)).status === 200;
  check("the next capture works", await until(next, 5000), "");
  unharmed(check, "40 clients that vanish", await loaded);
  const settled = await until(async () => {
    const now = await server.ask("/usage");
    return now.files <= before.files + 4 && now.goroutines <= before.goroutines + 8;
  }, 40_000);
  const after = await server.ask("/usage");
  const figures = `goroutines ${before.goroutines} → ${after.goroutines}, descriptors ${before.files} → ${after.files}`;
  check("nothing of them is left", settled, figures);
  await close(check, "40 clients that vanish", server);
}

/** A client that reads nothing, and one that reads a kilobyte a second, of a trace that grows as fast as it can. */
export async function slow(check, binary) {
  const server = await serve(binary, ["-agent"]);
  const calm = get(server.public, "/storm?ms=2500");
  const whole = await get(server.agent, `${index}trace?seconds=2`);
  await calm;
  const rate = whole.bytes.length / 2e6;
  check("a client that keeps up gets all of a storm", whole.whole, `${rate.toFixed(0)} MB/s of trace`);
  for (const [what, bytes] of [
    ["reads nothing", 0],
    ["reads 1 KiB a second", 1024],
  ]) {
    const quiet = memoryOf(server.pid);
    let most = quiet;
    const [host, port] = server.agent.split(":");
    const socket = connect({ host, port: Number(port) });
    socket.on("error", () => {});
    socket.pause();
    socket.write(`GET ${index}trace?seconds=10 HTTP/1.1\r\nHost: ${server.agent}\r\n\r\n`);
    const loaded = load(binary, server, 1500, 150);
    const storm = get(server.public, "/storm?ms=10000");
    const watch = setInterval(() => {
      most = Math.max(most, memoryOf(server.pid));
    }, 100);
    const drip = setInterval(() => bytes && socket.read(bytes), 1000);
    const given = await until(() => /cut off .*too slow/.test(server.log), 25_000);
    clearInterval(watch);
    clearInterval(drip);
    socket.destroy();
    check(`a client that ${what} is given up`, given, /why="?([^"\n]*)/.exec(server.log)?.[1] ?? "");
    // Ten seconds of the trace, if the agent held it for the client: not what limits.go has for slow clients and two seconds more.
    const figures = `${quiet.toFixed(0)} MB before, ${most.toFixed(0)} MB at most`;
    check(`a client that ${what}: memory stays small`, most - quiet < 64 + 4 * rate, figures);
    unharmed(check, `a client that ${what}`, await loaded);
    await storm;
    server.log = "";
    await until(async () => (await get(server.agent, `${index}trace?seconds=0.1`)).status === 200, 5000);
  }
  await close(check, "slow clients", server);
}

/** A process that has no processor to spare. */
export async function overloaded(check, binary) {
  const server = await serve(binary, ["-agent", "-flight", String(2 << 20)]);
  const [host, port] = server.public.split(":");
  const burning = connect({ host, port: Number(port) });
  burning.write(`GET /burn HTTP/1.1\r\nHost: ${server.public}\r\n\r\n`);
  await pause(1500);
  const paths = ["trace?seconds=1", "flight", "../pprof/profile", "health"];
  const refused = [];
  for (const path of paths) refused.push(await get(server.agent, new URL(index + path, "http://x").pathname));
  const right = refused.every(({ status, headers }) => status === 503 && Number(headers["retry-after"]) >= 1);
  const figures = `${refused.map(({ status }) => status).join(" ")}: ${refused[0].body.trim().slice(0, 90)}`;
  check("an overloaded process: no capture, and health says so", right, figures);
  const stacks = await get(server.agent, `${index}goroutines`);
  check("an overloaded process: stacks are served", stacks.status === 200 && /main\.burn/.test(stacks.body), "");
  burning.destroy();
  const calm = async () => (await get(server.agent, `${index}trace?seconds=0.1`)).status === 200;
  check("an overloaded process: when it is over, captures begin", await until(calm, 10_000), "");
  await close(check, "an overloaded process", server);
}

/** Calls `run` with a directory of `size` bytes of its own, or returns undefined if this user may not mount one. */
async function mounted(name, options, run) {
  const dir = join(scratch, name);
  mkdirSync(dir);
  if (spawnSync("mount", ["-t", "tmpfs", "-o", options, "gotrace", dir]).status !== 0) return undefined;
  try {
    return await run(dir);
  } finally {
    execFileSync("umount", ["-l", dir]);
  }
}

/** Takes snapshots until one fails, or until there are `most`. */
async function snapshots(server, most) {
  const replies = [];
  while (replies.length < most && !replies.some(({ err }) => err)) {
    await get(server.public, "/storm?ms=300");
    replies.push(await server.ask("/snapshot"));
    await pause(50);
  }
  return replies;
}

/** Snapshots to a disk that is full. */
export async function fullDisk(check, binary) {
  const flags = ["-agent", "-flight", String(2 << 20)];
  const fill = async (server, dir, what) => {
    const loaded = load(binary, server, 2000, 200);
    const replies = await snapshots(server, 60);
    const last = replies.at(-1).err ?? "";
    const kept = readdirSync(dir);
    check(`${what}: Snapshot says so`, /no space left|file too large/.test(last), last.slice(-50));
    check(
      `${what}: earlier ones stay, no half of one`,
      kept.length === replies.length - 1 && kept.every((name) => name.endsWith(".trace")),
      `${kept.length} kept`,
    );
    unharmed(check, what, await loaded);
    return kept;
  };
  const held = await mounted("full", "size=40m", async (dir) => {
    const server = await serve(binary, [...flags, "-dir", dir]);
    const kept = await fill(server, dir, "a full disk");
    execFileSync(
      "rm",
      kept.map((name) => join(dir, name)),
    );
    const again = await server.ask("/snapshot");
    check("a full disk: with room again it goes on", again.name !== "" && !again.err, again.err ?? again.name);
    await close(check, "a full disk", server);
    return true;
  });
  // Without mount: the shell's limit on the size of a file does the same, for one file.
  const dir = join(scratch, "limited");
  const server = await serve(binary, [...flags, "-dir", dir], `trap "" XFSZ; ulimit -f 128`);
  await fill(server, dir, held ? "a limit on file sizes" : "a full disk (by ulimit)");
  await close(check, "a limit on file sizes", server);
}

/** Snapshots to a directory that cannot be written, and that can later. */
export async function readOnly(check, binary) {
  const run = async (dir, open) => {
    const server = await serve(binary, ["-agent", "-flight", String(2 << 20), "-dir", dir]);
    check(
      "a read-only directory: the agent starts, and logs why",
      /no snapshots until Options.Dir can be written/.test(server.log),
      "",
    );
    const loaded = load(binary, server, 500, 200);
    const { err } = await server.ask("/snapshot");
    check(
      "a read-only directory: Snapshot says so",
      /read-only|permission denied/.test(err ?? ""),
      (err ?? "").slice(-40),
    );
    const list = await get(server.agent, `${index}snapshots`);
    const trace = await get(server.agent, `${index}trace?seconds=0.2`);
    check("a read-only directory: all else works", list.status === 200 && trace.status === 200 && trace.whole, "");
    unharmed(check, "a read-only directory", await loaded);
    open();
    const { name } = await server.ask("/snapshot");
    check("a read-only directory: once it can be written, snapshots are", readdirSync(dir).includes(name), name);
    await close(check, "a read-only directory", server);
    return true;
  };
  const remounted = (dir) => run(dir, () => execFileSync("mount", ["-o", "remount,rw", dir]));
  if (await mounted("readonly", "ro,size=20m", remounted)) return;
  const dir = join(scratch, "forbidden");
  mkdirSync(dir, { mode: 0o555 });
  await run(dir, () => chmodSync(dir, 0o755));
}

/** Ends a server, whose agent must leave nothing behind. */
export async function close(check, what, server) {
  const code = await server.stop();
  check(
    `${what}: Close leaves no goroutine`,
    code === 0 && server.left === "0",
    `exit code ${code}, ${server.left} frames left`,
  );
  if (/panic|DATA RACE/.test(server.log)) check(`${what}: no panic`, false, server.log.slice(0, 2000));
}
