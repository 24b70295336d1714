// npm run sweep:server [-- --seconds 600] [-- --rate 150]: runs the server of testdata/ringload under a bounded load for --seconds, at the
// same time without tracing, with `gotrace run`, with a ring, and with a trigger. Prints memory, disk, lost events and rates, and
// looks for the slow requests in the snapshots. Exits with 1 if something is missing.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  failures,
  functionsOf,
  gotrace,
  module,
  plain,
  processIn,
  report,
  scratch,
  traced,
  traceFiles,
} from "./lib-ring.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "600" }, rate: { type: "string", default: "150" } },
});

/** Memory of a process in MB: its own, and with the pages of its files. */
function memoryOf(pid) {
  let status = "";
  try {
    status = readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {}
  const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) / 1024;
  return { own: field("RssAnon"), all: field("VmRSS") };
}

/** Megabytes on disk of the files below a directory. */
function diskOf(directory) {
  let sum = 0;
  for (const name of existsSync(directory) ? readdirSync(directory, { recursive: true }) : []) {
    try {
      sum += statSync(join(directory, name)).blocks / 2048;
    } catch {}
  }
  return sum;
}

/** The directory of a process's trace, unless it lies below another one that is measured. */
function placeOf(pid, measured) {
  let environment = "";
  try {
    environment = readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {}
  const place = /(?:^|\0)GOTRACE_OUT=([^\0]*)/.exec(environment)?.[1] ?? "";
  return place.startsWith(measured) ? "" : place;
}

/** Seconds of processor time that a process has taken. */
function processorTimeOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

/** Runs the server and measures it every second. */
async function serve(name, command, args, env, directory) {
  mkdirSync(directory, { recursive: true });
  const seconds = Number(values.seconds);
  const child = spawn(command, [...args, "serve", String(seconds), values.rate], {
    cwd: module,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let errors = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const exit = once(child, "exit");
  const most = { own: 0, all: 0, disk: 0, cpu: 0, reader: 0 };
  const clock = setInterval(() => {
    const pid = Number(/^pid (\d+)$/m.exec(out)?.[1]);
    if (!pid) return;
    const { own, all } = memoryOf(pid);
    most.own = Math.max(most.own, own);
    most.all = Math.max(most.all, all);
    most.disk = Math.max(most.disk, diskOf(directory) + diskOf(placeOf(pid, directory)));
    most.cpu = Math.max(most.cpu, processorTimeOf(pid));
    if (command === process.execPath) most.reader = Math.max(most.reader, memoryOf(child.pid).all);
  }, 1000);
  const [code] = await exit;
  clearInterval(clock);
  const number = (word) => Number(new RegExp(`^${word} (\\d+)$`, "m").exec(out)?.[1] ?? Number.NaN);
  if (code !== 0) failures.push(`${name}: exit code ${code}\n${errors}`);
  return { name, most, seconds, requests: number("requests"), slow: number("slow"), out, errors, directory };
}

/** The calls of a function in a trace, with how long the longest took in ms. */
async function callsOf(name, file) {
  const found = (await functionsOf(file)).find((entry) => entry.function === name);
  return { calls: found?.calls ?? 0, longest: (found?.max_ns ?? 0) / 1e6 };
}

/** What the tree of `gotrace run` says. */
function tree(text, requests, slow) {
  const callsOf = (name) =>
    [...text.matchAll(new RegExp(`main\\.${name}(?: ×([\\d,]+))? .*`, "g"))]
      .map(([, count]) => Number(count?.replaceAll(",", "") ?? 1))
      .reduce((sum, count) => sum + count, 0);
  const [orders, waits, rules] = ["order", "waitForDisk", "rule"].map(callsOf);
  if (orders !== requests || waits !== slow || rules !== 1000 * requests) {
    failures.push(
      `run: the tree has ${orders} requests of ${requests}, ${waits} slow of ${slow}, ${rules} calls of rule`,
    );
  }
  return {
    lost: 1000 * requests - rules,
    found: `${orders} requests, ${waits} slow, ${rules} calls of rule in the tree`,
  };
}

/** Limit for the trace of `gotrace run` in MiB: far less than it writes. What was read is given back. */
const LIMIT = 256;
const at = (name) => join(scratch, name);
const servers = await Promise.all([
  serve("untraced", plain, [], {}, at("none")),
  serve(
    "run",
    process.execPath,
    [gotrace, "run", "--max-trace-size", `${LIMIT}MiB`, "-o", at("tree.txt"), "."],
    { TMPDIR: at("run") },
    at("run"),
  ),
  serve("ring", traced, [], { GOTRACE_OUT: at("ring"), GOTRACE_RING: "64MiB" }, at("ring")),
  serve(
    "trigger",
    traced,
    [],
    {
      GOTRACE_OUT: at("trigger"),
      GOTRACE_RING: "64MiB",
      GOTRACE_DUMP_WHEN: "main.order.time > 500ms",
      GOTRACE_DUMP_EVERY: "30s",
      GOTRACE_DUMP_KEEP: "3",
    },
    at("trigger"),
  ),
]);
const rows = [];
for (const { name, most, seconds, requests, slow, directory } of servers) {
  const row = { name, requests, slow, ...most };
  if (name === "run" && most.disk > 1.2 * LIMIT) failures.push(`run: ${most.disk} MB on disk`);
  if (name === "run") Object.assign(row, tree(readFileSync(at("tree.txt"), "utf8"), requests, slow));
  if (name === "ring" || name === "trigger") {
    const [file] = traceFiles(directory);
    const { info, reach } = processIn(file);
    row.lost = info.lost;
    if (row.lost > 0 || info.stop) failures.push(`${name}: ${row.lost} events lost`);
    const { calls } = await callsOf("main.order", file);
    row.found = `${calls} requests since ${((reach ?? 0) / 1e9).toFixed(0)} s`;
    const expected = (requests * (seconds - (reach ?? 0) / 1e9)) / seconds;
    if (Math.abs(calls - expected) > 0.1 * expected + 20)
      failures.push(`${name}: ${calls} requests instead of ${expected}`);
  }
  if (name === "trigger") {
    const snapshots = traceFiles(join(directory, "snapshots"));
    if (snapshots.length === 0) failures.push("no snapshots");
    const longest = [];
    for (const file of snapshots) {
      const found = await callsOf("main.waitForDisk", file);
      longest.push(`${found.longest.toFixed(0)} ms`);
      if (found.calls < 1 || !(found.longest >= 700)) failures.push(`${file}: has no slow request`);
    }
    row.found = `${snapshots.length} snapshots with waitForDisk of ${longest.join(", ")}`;
  }
  rows.push(row);
}
console.log(
  `\n${values.seconds} s, ${values.rate} requests a second; memory and disk at most, in MB; processor time in s`,
);
console.log("           requests  slow   own RSS   all RSS   gotrace      disk       cpu  lost");
for (const { name, requests, slow, own, all, reader, disk, cpu, lost, found } of rows) {
  const cells = [own, all, reader, disk, cpu].map((value) => (value > 0 ? value.toFixed(1) : "").padStart(10)).join("");
  console.log(
    name.padEnd(9) + String(requests).padStart(10) + String(slow).padStart(6) + cells + String(lost ?? "").padStart(6),
    found ?? "",
  );
}
report();
